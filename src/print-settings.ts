/** Writes the table of settings into the README; with --check only says whether it is up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describeSettings } from './config.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const PLACE = /(<!-- settings:.*?-->\n)[\s\S]*?(<!-- \/settings -->)/;

const rows = describeSettings().map(
  ({ name, isRequired, description }) =>
    `| \`${name}\` | ${isRequired ? 'yes' : ''} | ${description.replaceAll('|', '\\|')} |`,
);
const table = ['', '| setting | required | what it is |', '| --- | --- | --- |', ...rows, '', ''].join('\n');
const before = await readFile(README, 'utf8');
const written = before.replace(PLACE, (_all, open: string, close: string) => `${open}${table}${close}`);
const after = await format(written, { ...(await resolveConfig(README)), filepath: README });

if (before === after) console.log('The table of settings is up to date.');
else if (process.argv.includes('--check')) {
  console.error('The README does not list the settings as they are: run `npm run readme`.');
  process.exitCode = 1;
} else await writeFile(README, after);

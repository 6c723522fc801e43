/**
 * `npm run compatibility:check`: whatever worked with the last release still works. `npm run release` says that what is
 * here now is the last release.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { breakingChanges } from './breaking-changes.ts';
import { unsafeStatements } from './unsafe-statements.ts';

const place = (path: string) => new URL(`../${path}`, import.meta.url);
const [releasedSdl, presentSdl] = [place('schema/released.graphql'), place('schema/schema.graphql')];
const lastMigration = place('migrations/released');

if (process.argv.includes('--release')) await release();
else await check();

async function release(): Promise<void> {
  await writeFile(releasedSdl, await readFile(presentSdl));
  await writeFile(lastMigration, `${(await migrations()).at(-1) ?? ''}\n`);
  console.log('schema/released.graphql and migrations/released now say what is released.');
}

async function check(): Promise<void> {
  const lost = breakingChanges(await readFile(releasedSdl, 'utf8'), await readFile(presentSdl, 'utf8'));
  const unsafe = await unsafeMigrations();
  if (lost.length + unsafe.length === 0)
    return console.log('Clients and instances of the last release go on working.');
  if (lost.length > 0)
    console.error(
      `Clients of the last release would break. Keep the old beside the new, mark it @deprecated for a release, then remove it:\n${list(lost)}`,
    );
  if (unsafe.length > 0)
    console.error(
      `The last release would not survive these migrations. Do it in two releases:\n${list(unsafe)}`,
    );
  process.exitCode = 1;
}

async function unsafeMigrations(): Promise<string[]> {
  const last = (await readFile(lastMigration, 'utf8')).trim();
  const since = (await migrations()).filter((name) => name > last);
  const found = since.map(async (name) => {
    const sql = await readFile(place(`migrations/${name}/migration.sql`), 'utf8');
    return unsafeStatements(sql).map((one) => `${name}: ${one}`);
  });
  return (await Promise.all(found)).flat();
}

async function migrations(): Promise<string[]> {
  const entries = await readdir(place('migrations'), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

const list = (lines: readonly string[]) => lines.map((line) => `  - ${line}`).join('\n');

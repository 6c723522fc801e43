/** Prints the public contract to schema/schema.graphql; with `--check` it only says whether it is up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { schema } from './server/schema.ts';

const file = new URL('../schema/schema.graphql', import.meta.url);
const printed = `${printSchema(schema)}\n`;

if (!process.argv.includes('--check')) {
  await writeFile(file, printed);
} else if ((await readFile(file, 'utf8').catch(() => '')) !== printed) {
  console.error(
    'schema/schema.graphql is not what the code says. Run `npm run schema` and commit the result.',
  );
  process.exitCode = 1;
}

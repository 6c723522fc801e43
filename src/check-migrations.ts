import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Fails when the tables in src/ say more or less than migrations/ would make of an empty database. */
const kit = fileURLToPath(new URL('./bin.cjs', import.meta.resolve('drizzle-kit')));
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [kit, 'generate', '--explain', '--output', 'json'],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  },
);

if (status !== 0) {
  console.error(`drizzle-kit could not compare tables and migrations:\n${stdout}${stderr}`);
  process.exitCode = 1;
} else if (!stdout.includes('"status":"no_changes"')) {
  console.error(
    `The tables in src/ and the files in migrations/ differ. Run "npm run migrations -- --name <what-changes>" and commit what it writes. Missing:\n${stdout}`,
  );
  process.exitCode = 1;
} else {
  console.log('migrations/ says the same as the tables in src/.');
}

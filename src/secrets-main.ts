/** `npm run secrets:rotate`: wraps what is sealed in the database with the first of ENCRYPTION_KEYS. */
import { readEncryptionKeys } from './config.ts';
import { openDatabase } from './database/database.ts';
import { rewrapSecrets } from './database/rewrap-secrets.ts';
import { messageOf } from './lib/errors.ts';
import { createLogger } from './lib/logger.ts';
import { createSeal } from './lib/seal.ts';

const HELP = `npm run secrets:rotate, with DATABASE_URL and ENCRYPTION_KEYS set

  1. Put the new key first in ENCRYPTION_KEYS, keep the old ones behind it, and restart every instance.
  2. Run this. It may be stopped and run again; the API goes on meanwhile.
  3. When it reports no problem, remove the old keys and restart.`;

try {
  if (process.argv.includes('--help')) console.log(HELP);
  else await rotate();
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function rotate(): Promise<void> {
  const { DATABASE_URL: url, ENCRYPTION_KEYS: keys } = process.env;
  if (!url || !keys) throw new Error(`DATABASE_URL or ENCRYPTION_KEYS is missing.\n\n${HELP}`);
  const logger = createLogger('error', (line) => process.stderr.write(`${line}\n`));
  await using database = openDatabase({ url, maxConnections: 2, logger });
  for (const { column, rewrapped, problems } of await rewrapSecrets(
    database.db,
    createSeal(readEncryptionKeys(keys)),
  )) {
    console.log(`${column}: ${rewrapped} rewrapped, ${problems.length} cannot be opened`);
    for (const problem of new Set(problems)) console.log(`  ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}

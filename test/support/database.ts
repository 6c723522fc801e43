import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { ensureEpoch } from '../../src/events/log-head.ts';
import { TEMPLATE } from './global-setup.ts';
import { silent } from './silent.ts';

export { silent };

export type TestDatabase = AsyncDisposable & { url: string; database: Database; drop(): Promise<void> };

/** A migrated database of its own; make one for each test file. */
export async function createTestDatabase({ maxConnections = 10 } = {}): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runOn(server, `create database ${name} template ${TEMPLATE} strategy file_copy`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const database = openDatabase({ url, maxConnections, logger: silent });
  await ensureEpoch(database.db);
  const drop = async () => {
    await database[Symbol.asyncDispose]();
    await runOn(server, `drop database ${name} with (force)`);
  };
  return { url, database, drop, [Symbol.asyncDispose]: drop };
}

/** One that is the test's own already; it is left where it is. */
export function existingDatabase(url: string): TestDatabase {
  const database = openDatabase({ url, maxConnections: 4, logger: silent });
  const close = async () => {
    await database[Symbol.asyncDispose]();
  };
  return { url, database, drop: close, [Symbol.asyncDispose]: close };
}

async function runOn(url: string, statement: string): Promise<void> {
  await using server = openDatabase({ url, maxConnections: 1, logger: silent });
  await server.pool.query(statement);
}

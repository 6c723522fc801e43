import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import { fileURLToPath } from 'node:url';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Any number, as long as every instance takes the same. */
const MIGRATION_LOCK = 7_303_014;

/** Applies what is missing of `migrations/`. Instances that start together wait for the first one. */
export function migrate(database: Database): Promise<void> {
  return withMigrationLock(database, (client) =>
    applyMigrations(drizzle({ client }), { migrationsFolder: MIGRATIONS_FOLDER }),
  );
}

/** Of all instances, one at a time. */
export async function withMigrationLock(
  database: Database,
  work: (client: PoolClient) => Promise<unknown>,
): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await work(client);
  } finally {
    // The connection is closed, not given back: that frees the lock even when a statement failed half-way.
    client.release(true);
  }
}

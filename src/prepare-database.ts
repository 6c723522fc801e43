import { type Database, openDatabase } from './database/database.ts';
import { grantToApplication } from './database/grant-application.ts';
import { migrate } from './database/migrate.ts';
import { migrateJobs } from './jobs/worker.ts';
import type { Logger } from './lib/logger.ts';

/**
 * Brings the tables up to date. With an owner's address, it is the owner who does, and the application's own role is
 * given only what it needs.
 */
export async function prepareDatabase(
  database: Database,
  { ownerUrl, logger }: { ownerUrl: string | undefined; logger: Logger },
): Promise<void> {
  if (ownerUrl === undefined) return migrateAll(database, logger);
  await using owner = openDatabase({ url: ownerUrl, maxConnections: 2, logger });
  await migrateAll(owner, logger);
  await grantToApplication(owner, database);
}

async function migrateAll(database: Database, logger: Logger): Promise<void> {
  await migrate(database);
  await migrateJobs(database, logger);
}

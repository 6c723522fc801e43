import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/database/database.ts';
import { NOTHING_TO_LOSE, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrate } from '../../src/database/migrate.ts';
import { migrateJobs } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/lib/logger.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** Cloned by createTestDatabase; nobody connects to it after it was made. */
export const TEMPLATE = 'template_of_tests';

/** One Postgres for the whole run, with one migrated database that the test files clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const logger = createLogger('warn', (line) => console.error(line));
  const postgres = await startEmbeddedPostgres({
    dataFolder: join(tmpdir(), `tenant-sync-test-${randomBytes(6).toString('hex')}`),
    logger,
    settings: { ...NOTHING_TO_LOSE, max_connections: '300', autovacuum: 'off' },
  });
  await using admin = openDatabase({ url: postgres.url, maxConnections: 1, logger });
  await admin.pool.query(`create database ${TEMPLATE}`);
  await using template = openDatabase({ url: urlOf(postgres.url, TEMPLATE), maxConnections: 2, logger });
  await migrate(template);
  await migrateJobs(template, logger);
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(postgres.dataFolder, { recursive: true, force: true });
  };
}

function urlOf(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

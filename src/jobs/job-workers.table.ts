import { pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../database/columns.ts';

/** The workers of the job queue, and when each was last heard of. */
export const jobWorkers = pgTable('job_workers', {
  id: text().primaryKey(),
  seenAt: moment('seen_at').notNull(),
});

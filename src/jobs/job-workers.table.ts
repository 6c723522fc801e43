import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** The workers of the job queue, and when each was last heard of. */
export const jobWorkers = pgTable('job_workers', {
  id: text().primaryKey(),
  seenAt: timestamp('seen_at', { withTimezone: true, precision: 3 }).notNull(),
});

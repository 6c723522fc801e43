import { integer, pgTable, text, timestamp, primaryKey } from 'drizzle-orm/pg-core';
import { moment } from '../database/columns.ts';

/** MSAL's token caches, one for each tenant, sealed. `version` guards against the last writer winning in silence. */
export const tokenCaches = pgTable('token_caches', {
  /** The tenant's id, or `service` for the program's own credential. */
  owner: text().primaryKey(),
  sealed: text().notNull(),
  version: integer().notNull().default(1),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
});

/** How far each project was looked at. */
export const projectLooks = pgTable(
  'project_looks',
  {
    organization: text().notNull(),
    project: text().notNull(),
    watermark: text(),
    lookedAt: moment('looked_at'),
    discoveredAt: moment('discovered_at'),
    /** While somebody subscribes to an instance that does not look itself, it looks to that instance. */
    watchedUntil: moment('watched_until'),
    /** The last failure, null when the last look succeeded. */
    problem: text(),
  },
  (t) => [primaryKey({ columns: [t.organization, t.project] })],
);

import { bigint, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** Which process does what only one may do. `term` rises with every change of hands. */
export const leases = pgTable('leases', {
  name: text().primaryKey(),
  holder: text().notNull(),
  term: bigint({ mode: 'number' }).notNull().default(1),
  expiresAt: moment('expires_at').notNull(),
});

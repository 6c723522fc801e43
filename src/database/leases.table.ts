import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Which process does what only one may do. `term` rises with every change of hands. */
export const leases = pgTable('leases', {
  name: text().primaryKey(),
  holder: text().notNull(),
  term: bigint({ mode: 'number' }).notNull().default(1),
  expiresAt: timestamp('expires_at', { withTimezone: true, precision: 3 }).notNull(),
});

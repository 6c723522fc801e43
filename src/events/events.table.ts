import { bigint, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../database/columns.ts';
import type { EventId, RunId, TenantId } from '../lib/ids.ts';
import type { Actor } from './actor.ts';
import type { EventBody, TenantFacts } from './event.ts';

const columns = {
  id: text().$type<EventId>().notNull(),
  tenantId: text('tenant_id').$type<TenantId>().notNull(),
  runId: text('run_id').$type<RunId>(),
  actor: jsonb().$type<Actor>().notNull(),
  tenant: jsonb().$type<TenantFacts>().notNull(),
  body: jsonb().$type<EventBody>().notNull(),
  occurredAt: moment('occurred_at').notNull().defaultNow(),
};

/**
 * Where a change's own transaction puts its events. Numbers handed out inside those transactions would not be the
 * order of their commits, so an event gets its position only after it was committed, when it moves to `events`.
 */
export const eventOutbox = pgTable('event_outbox', {
  sequence: bigint({ mode: 'bigint' }).generatedAlwaysAsIdentity().primaryKey(),
  ...columns,
});

/** The log: gapless positions, append-only. */
export const events = pgTable(
  'events',
  { position: bigint({ mode: 'bigint' }).primaryKey(), ...columns },
  (t) => [
    index('events_by_tenant').on(t.tenantId, t.position),
    index('events_by_run').on(t.runId, t.position),
    index('events_by_time').on(t.occurredAt),
  ],
);

/** One row. Its lock is what lets only one process number events at a time. */
export const eventLog = pgTable('event_log', {
  id: integer().primaryKey().default(1),
  /** Part of every cursor; another value after a restore makes older cursors expire. */
  epoch: text().notNull(),
  /** The cluster and database in which the epoch was made. */
  home: text().notNull(),
  lastPosition: bigint('last_position', { mode: 'bigint' }).notNull(),
});

import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { moment } from '../database/columns.ts';
import type { Actor } from '../events/actor.ts';
import type { EventKind } from '../events/event.ts';
import type { DeliveryId, EventId, Id, RunId, TenantId, WebHookId } from '../lib/ids.ts';
import { DELIVERY_STATUSES, OFF_REASONS } from './web-hook.ts';

/** Whoever changes its deliveries, or when its lanes are due, holds the lock on its row. */
export const webHooks = pgTable('web_hooks', {
  id: text().$type<WebHookId>().primaryKey(),
  name: text().notNull(),
  url: text().notNull(),
  kinds: jsonb().$type<readonly EventKind[]>(),
  tenantIds: jsonb('tenant_ids').$type<readonly TenantId[]>(),
  isOn: boolean('is_on').notNull().default(true),
  offReason: text('off_reason', { enum: OFF_REASONS }),
  offAt: moment('off_at'),
  failures: integer().notNull().default(0),
  failingSince: moment('failing_since'),
  restUntil: moment('rest_until'),
  epoch: text().notNull(),
  position: bigint({ mode: 'bigint' }).notNull(),
  createdBy: jsonb('created_by').$type<Actor>().notNull(),
  createdAt: moment('created_at').notNull(),
});

const ofHook = () =>
  text('web_hook_id')
    .$type<WebHookId>()
    .notNull()
    .references(() => webHooks.id, { onDelete: 'cascade' });

/** Two while a rotation overlaps: a message is signed with each that works. */
export const webHookSecrets = pgTable(
  'web_hook_secrets',
  {
    id: text().$type<Id<'whs'>>().primaryKey(),
    webHookId: ofHook(),
    /** Bound to the id. */
    sealed: text().notNull(),
    createdAt: moment('created_at').notNull(),
    /** null: until it is rotated. */
    worksUntil: moment('works_until'),
  },
  (t) => [index('web_hook_secrets_by_hook').on(t.webHookId)],
);

export const webHookDeliveries = pgTable(
  'web_hook_deliveries',
  {
    id: text().$type<DeliveryId>().primaryKey(),
    webHookId: ofHook(),
    eventId: text('event_id').$type<EventId>().notNull(),
    tenantId: text('tenant_id').$type<TenantId>().notNull(),
    runId: text('run_id').$type<RunId>(),
    kind: text().$type<EventKind>().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    /** What is sent, byte for byte, at every try. */
    body: text().notNull(),
    status: text({ enum: DELIVERY_STATUSES }).notNull().default('WAITING'),
    attempts: integer().notNull().default(0),
    queuedAt: moment('queued_at').notNull(),
    firstTriedAt: moment('first_tried_at'),
    lastTriedAt: moment('last_tried_at'),
    nextTryAt: moment('next_try_at'),
    finishedAt: moment('finished_at'),
    responseStatus: integer('response_status'),
    error: text(),
  },
  (t) => [
    unique('web_hook_deliveries_once').on(t.webHookId, t.eventId),
    index('web_hook_deliveries_waiting')
      .on(t.webHookId, t.tenantId, t.position)
      .where(sql`status = 'WAITING'`),
    index('web_hook_deliveries_by_hook').on(t.webHookId, t.position),
    index('web_hook_deliveries_finished').on(t.finishedAt),
  ],
);

/**
 * One tenant's deliveries to one hook go one after the other: whoever holds the lease sends the first that waits. A
 * lease ends by itself, so what a killed process had begun is begun again.
 */
export const webHookLanes = pgTable(
  'web_hook_lanes',
  {
    webHookId: ofHook(),
    tenantId: text('tenant_id').$type<TenantId>().notNull(),
    /** When its first waiting delivery is to be tried; null: none waits. */
    dueAt: moment('due_at'),
    lease: text(),
    leasedUntil: moment('leased_until'),
  },
  (t) => [
    primaryKey({ columns: [t.webHookId, t.tenantId] }),
    index('web_hook_lanes_due')
      .on(t.dueAt)
      .where(sql`due_at is not null`),
  ],
);

import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../database/columns.ts';
import { type Column, sql } from 'drizzle-orm';
import { SYNC_MODES } from '../pipeline/contract.ts';
import type { StageObservation } from '../azure-devops/port.ts';
import type { Actor } from '../events/actor.ts';
import type { ChallengeId, RunId, TenantId } from '../lib/ids.ts';
import { tenants } from '../tenants/tenants.table.ts';
import { CHALLENGE_STATUSES } from './challenge.ts';
import {
  type Approval,
  CANCELERS,
  SYNC_RUN_OUTCOMES,
  SYNC_RUN_STATUSES,
  SYNC_TRIGGERS,
  SYNC_WAITS,
  type SyncError,
  type SyncRunStatus,
} from './sync-run.ts';

/** Words of RevertStatus, whose own room comes later in the import order. */
export const STUCK_REVERTS = ['CONFLICT', 'FAILED', 'PULL_REQUEST_ABANDONED'];
export const WAITING_STATUSES: readonly SyncRunStatus[] = ['PENDING_AUTHENTICATION', 'PENDING_APPROVAL'];

const words = (all: readonly string[]) => sql.raw(all.map((word) => `'${word}'`).join(', '));

/** A person must act. Written out, not as parameters: an index on it must have the same text. */
export const needsSomebody = ({ status, revertStatus }: { status: Column; revertStatus: Column }) =>
  sql`(${status} in (${words(WAITING_STATUSES)}) or coalesce(${revertStatus} in (${words(STUCK_REVERTS)}), false))`;

export const syncRuns = pgTable(
  'sync_runs',
  {
    id: text().$type<RunId>().primaryKey(),
    tenantId: text('tenant_id')
      .$type<TenantId>()
      .notNull()
      .references(() => tenants.id),
    /** Azure's number of the run; null until the queue request was answered. */
    buildId: integer('build_id'),
    name: text(),
    attempt: integer().notNull().default(1),
    status: text({ enum: SYNC_RUN_STATUSES }).notNull(),
    outcome: text({ enum: SYNC_RUN_OUTCOMES }),
    isSuperseded: boolean('is_superseded').notNull().default(false),
    canceledBy: text('canceled_by', { enum: CANCELERS }),
    version: integer().notNull().default(0),
    trigger: text({ enum: SYNC_TRIGGERS }).notNull(),
    mode: text({ enum: SYNC_MODES }).notNull(),
    comment: text(),
    requestedBy: jsonb('requested_by').$type<Actor>(),
    queuedAt: moment('queued_at').notNull(),
    startedAt: moment('started_at'),
    completedAt: moment('completed_at'),
    stages: jsonb().$type<StageObservation[]>().notNull().default([]),
    error: jsonb().$type<SyncError>(),
    approval: jsonb().$type<Approval>(),
    deployBegan: boolean('deploy_began').notNull().default(false),
    waitsFor: text('waits_for', { enum: SYNC_WAITS }),
    cancelRequestedBy: jsonb('cancel_requested_by').$type<Actor>(),
    cancelRequestedAt: moment('cancel_requested_at'),
    /** Projection of the run's revert, kept by the writer of reverts: a new sync asks for it. */
    revertStatus: text('revert_status'),
    webUrl: text('web_url'),
    changedAt: text('changed_at'),
    observedAt: moment('observed_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('sync_runs_build').on(t.tenantId, t.buildId),
    // Ascending, and read backwards for the newest first: what is said to descend here would put nulls last, which
    // `order by … desc` does not, and no plan would use it.
    index('sync_runs_by_tenant').on(t.tenantId, t.queuedAt, t.id),
    index('sync_runs_by_queued').on(t.queuedAt, t.id),
    index('sync_runs_by_status').on(t.status, t.queuedAt, t.id),
    index('sync_runs_by_outcome').on(t.outcome, t.queuedAt, t.id),
    index('sync_runs_by_trigger').on(t.trigger, t.queuedAt, t.id),
    index('sync_runs_that_need_attention').on(t.queuedAt, t.id).where(needsSomebody(t)),
    index('sync_runs_with_revert')
      .on(t.tenantId, t.revertStatus)
      .where(sql`revert_status is not null`),
    index('sync_runs_open')
      .on(t.tenantId)
      .where(sql`status <> 'COMPLETED'`),
  ],
);

/** Sign-ins that runs wait for. The code is sealed. */
export const challenges = pgTable(
  'authentication_challenges',
  {
    id: text().$type<ChallengeId>().primaryKey(),
    runId: text('run_id')
      .$type<RunId>()
      .notNull()
      .references(() => syncRuns.id),
    tenantId: text('tenant_id').$type<TenantId>().notNull(),
    status: text({ enum: CHALLENGE_STATUSES }).notNull(),
    sealedUserCode: text('sealed_user_code').notNull(),
    verificationUri: text('verification_uri').notNull(),
    message: text().notNull(),
    expiresAt: moment('expires_at').notNull(),
    /** The end of the run's sign-in window: a restarted challenge keeps it. */
    windowEndsAt: moment('window_ends_at').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (t) => [index('challenges_by_run').on(t.runId, t.createdAt)],
);

/**
 * What it takes to ask Entra about an open sign-in (the device code), sealed: any process can go on asking when the one
 * that asked is gone. Nothing is left of it when nobody waits any more.
 */
export const signInFlows = pgTable(
  'sign_in_flows',
  {
    challengeId: text('challenge_id')
      .$type<ChallengeId>()
      .primaryKey()
      .references(() => challenges.id, { onDelete: 'cascade' }),
    sealed: text().notNull(),
    askEveryMs: integer('ask_every_ms').notNull(),
    /** When Entra is to be asked again. Who asks moves it on while it does: the others leave it alone. */
    dueAt: moment('due_at').notNull(),
    /** Whose turn it is; a process that slept through its turn holds an older one. */
    turn: text(),
  },
  (t) => [index('sign_in_flows_due').on(t.dueAt)],
);

/**
 * The key under which a tenant's sensitive values enter its digests, sealed. It outlives every rotation of the keys
 * that seal it: what is under review keeps its digest.
 */
export const digestKeys = pgTable('digest_keys', {
  tenantId: text('tenant_id').$type<TenantId>().primaryKey(),
  sealed: text().notNull(),
});

import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../database/columns.ts';
import { CHANGE_KINDS, CHANGE_RESULTS } from '../pipeline/contract.ts';
import type { Actor } from '../events/actor.ts';
import type { ChangeId, ChangeSetId, DecisionId, RevertId, RunId, TenantId } from '../lib/ids.ts';
import { syncRuns } from '../sync-runs/sync-runs.table.ts';
import {
  type ChangeSummary,
  DECISION_CHANNELS,
  DECISION_STATES,
  type PropertyChange,
  REVERT_STATUSES,
  VERDICTS,
} from './change-set.ts';

export const changeSets = pgTable(
  'change_sets',
  {
    id: text().$type<ChangeSetId>().primaryKey(),
    runId: text('run_id')
      .$type<RunId>()
      .notNull()
      .references(() => syncRuns.id),
    tenantId: text('tenant_id').$type<TenantId>().notNull(),
    digest: text().notNull(),
    attempt: integer().notNull(),
    tenantStateSha: text('tenant_state_sha').notNull(),
    desiredSha: text('desired_sha').notNull(),
    summary: jsonb().$type<ChangeSummary>().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (t) => [
    unique('change_sets_preview').on(t.runId, t.attempt, t.tenantStateSha, t.desiredSha),
    index('change_sets_by_run').on(t.runId, t.createdAt),
  ],
);

export const changes = pgTable(
  'changes',
  {
    id: text().$type<ChangeId>().primaryKey(),
    /** Of a change set, or of a draft of one. */
    changeSetId: text('change_set_id').$type<ChangeSetId>().notNull(),
    /** From 0, in the order of the paths. */
    position: integer().notNull(),
    kind: text({ enum: CHANGE_KINDS }).notNull(),
    configurationType: text('configuration_type').notNull(),
    category: text().notNull(),
    displayName: text('display_name').notNull(),
    path: text().notNull(),
    properties: jsonb().$type<PropertyChange[]>().notNull(),
    diff: text().notNull(),
    result: text({ enum: CHANGE_RESULTS }),
    resultError: text('result_error'),
  },
  (t) => [uniqueIndex('changes_in_order').on(t.changeSetId, t.position)],
);

/** Change sets that are being written: their changes are there already, and they are not. */
export const changeSetDrafts = pgTable('change_set_drafts', {
  id: text().$type<ChangeSetId>().primaryKey(),
  startedAt: moment('started_at').notNull().defaultNow(),
});

/** One row for each person and gate of a run: the referee of every race. */
export const decisions = pgTable(
  'decisions',
  {
    id: text().$type<DecisionId>().primaryKey(),
    runId: text('run_id')
      .$type<RunId>()
      .notNull()
      .references(() => syncRuns.id),
    approvalId: text('approval_id').notNull(),
    changeSetId: text('change_set_id').$type<ChangeSetId>(),
    verdict: text({ enum: VERDICTS }).notNull(),
    by: jsonb().$type<Actor>().notNull(),
    personId: text('person_id').notNull(),
    at: moment('at').notNull(),
    comment: text(),
    digest: text(),
    via: text({ enum: DECISION_CHANNELS }).notNull(),
    state: text({ enum: DECISION_STATES }).notNull(),
    error: text(),
  },
  (t) => [
    // A failed one (the content differed, Azure refused) is released and may be made again.
    uniqueIndex('decisions_one_per_person')
      .on(t.runId, t.approvalId, t.personId)
      .where(sql`state <> 'FAILED'`),
    index('decisions_by_run').on(t.runId, t.at),
  ],
);

/** Sealed tokens of people whose decisions are on their way; gone when they have arrived. */
export const decisionTokens = pgTable('decision_tokens', {
  decisionId: text('decision_id')
    .$type<DecisionId>()
    .primaryKey()
    .references(() => decisions.id),
  sealed: text().notNull(),
  expiresAt: moment('expires_at').notNull(),
});

export const reverts = pgTable(
  'reverts',
  {
    id: text().$type<RevertId>().primaryKey(),
    runId: text('run_id')
      .$type<RunId>()
      .notNull()
      .references(() => syncRuns.id),
    changeSetId: text('change_set_id').$type<ChangeSetId>().notNull(),
    status: text({ enum: REVERT_STATUSES }).notNull(),
    commit: text(),
    conflictingPaths: jsonb('conflicting_paths').$type<string[]>().notNull().default([]),
    overwritePaths: jsonb('overwrite_paths').$type<string[]>().notNull().default([]),
    pullRequestId: integer('pull_request_id'),
    pullRequestUrl: text('pull_request_url'),
    error: text(),
    requestedBy: jsonb('requested_by').$type<Actor>().notNull(),
    comment: text(),
    createdAt: moment('created_at').notNull().defaultNow(),
    finishedAt: moment('finished_at'),
  },
  (t) => [uniqueIndex('reverts_one_per_run').on(t.runId)],
);

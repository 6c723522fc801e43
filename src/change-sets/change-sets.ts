/** What viewers read of change sets, decisions and reverts. */
import { and, asc, desc, eq, exists, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { isAnyOf, readFor, type Visible } from '../access/read-for.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Queryable } from '../database/database.ts';
import type { ChangeSetId, DecisionId, RevertId, RunId } from '../lib/ids.ts';
import { syncRuns } from '../sync-runs/sync-runs.table.ts';
import type { ChangeSet, Decision, Revert } from './change-set.ts';
import { changeSets, decisions, reverts } from './change-sets.table.ts';

/** A decision with who counts as having made it. */
export type RecordedDecision = Decision & { personId: string };

export function changeSetsByIds(
  db: Queryable,
  viewer: Viewer,
  ids: readonly ChangeSetId[],
): Promise<ChangeSet[]> {
  return readFor(db, viewer, {
    shape: ['changeSetsByIds'],
    values: { ids },
    build: (visible) =>
      db
        .select()
        .from(changeSets)
        .where(and(isAnyOf(changeSets.id, 'ids'), visible(changeSets.tenantId))),
  });
}

/** The newest change set of each run that has one. */
export function newestChangeSets(
  db: Queryable,
  viewer: Viewer,
  runIds: readonly RunId[],
): Promise<ChangeSet[]> {
  return readFor(db, viewer, {
    shape: ['newestChangeSets'],
    values: { runIds },
    build: (visible) =>
      db
        .selectDistinctOn([changeSets.runId])
        .from(changeSets)
        .where(and(isAnyOf(changeSets.runId, 'runIds'), visible(changeSets.tenantId)))
        .orderBy(changeSets.runId, desc(changeSets.createdAt), desc(changeSets.id)),
  });
}

/** Oldest first, the failed ones too: they are on record. */
export function decisionsOfRuns(
  db: Queryable,
  viewer: Viewer,
  runIds: readonly RunId[],
): Promise<RecordedDecision[]> {
  return readFor(db, viewer, {
    shape: ['decisionsOfRuns'],
    values: { runIds },
    build: (visible) =>
      db
        .select()
        .from(decisions)
        .where(and(isAnyOf(decisions.runId, 'runIds'), ofVisibleRun(db, visible, decisions.runId)))
        .orderBy(asc(decisions.at), asc(decisions.id)),
  });
}

export function decisionsByIds(
  db: Queryable,
  viewer: Viewer,
  ids: readonly DecisionId[],
): Promise<RecordedDecision[]> {
  return readFor(db, viewer, {
    shape: ['decisionsByIds'],
    values: { ids },
    build: (visible) =>
      db
        .select()
        .from(decisions)
        .where(and(isAnyOf(decisions.id, 'ids'), ofVisibleRun(db, visible, decisions.runId))),
  });
}

export function revertsOfRuns(db: Queryable, viewer: Viewer, runIds: readonly RunId[]): Promise<Revert[]> {
  return readFor(db, viewer, {
    shape: ['revertsOfRuns'],
    values: { runIds },
    build: (visible) =>
      db
        .select()
        .from(reverts)
        .where(and(isAnyOf(reverts.runId, 'runIds'), ofVisibleRun(db, visible, reverts.runId))),
  });
}

export function revertsByIds(db: Queryable, viewer: Viewer, ids: readonly RevertId[]): Promise<Revert[]> {
  return readFor(db, viewer, {
    shape: ['revertsByIds'],
    values: { ids },
    build: (visible) =>
      db
        .select()
        .from(reverts)
        .where(and(isAnyOf(reverts.id, 'ids'), ofVisibleRun(db, visible, reverts.runId))),
  });
}

/** Nothing to add when all tenants are the viewer's. */
function ofVisibleRun(db: Queryable, visible: Visible, runId: PgColumn): SQL | undefined {
  const isVisible = visible(syncRuns.tenantId);
  return (
    isVisible &&
    exists(
      db
        .select({ id: syncRuns.id })
        .from(syncRuns)
        .where(and(eq(syncRuns.id, runId), isVisible)),
    )
  );
}

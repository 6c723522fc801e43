/** What viewers read of change sets, decisions and reverts. */
import { and, asc, count, desc, eq, exists, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Viewer } from '../access/viewer.ts';
import { visibleTo } from '../access/visible.ts';
import type { Queryable } from '../database/database.ts';
import { inOrder, onPage, type Order, type Page, type PageRequest, toPage } from '../database/page.ts';
import type { ChangeId, ChangeSetId, DecisionId, RevertId, RunId } from '../lib/ids.ts';
import type { ChangeKind } from '../pipeline/contract.ts';
import { syncRuns } from '../sync-runs/sync-runs.table.ts';
import type { Change, ChangeSet, Decision, Revert } from './change-set.ts';
import { changes, changeSets, decisions, reverts } from './change-sets.table.ts';

/** A decision with who counts as having made it. */
export type RecordedDecision = Decision & { personId: string };

/** Each part that is given must hold. */
export type ChangeFilter = {
  kind?: readonly ChangeKind[] | null | undefined;
  configurationType?: string | null | undefined;
  /** Anywhere in the display name, the path or the configuration type, in any case. */
  search?: string | null | undefined;
};

export const BY_PATH: Order<Change> = {
  name: 'changes',
  direction: 'ASC',
  columns: [{ by: changes.position, type: 'int', of: (change) => change.position }],
};

export function changeSetsByIds(
  db: Queryable,
  viewer: Viewer,
  ids: readonly ChangeSetId[],
): Promise<ChangeSet[]> {
  return db
    .select()
    .from(changeSets)
    .where(and(isAny(changeSets.id, ids), visibleTo(viewer, changeSets.tenantId)));
}

/** The newest change set of each run that has one. */
export function newestChangeSets(
  db: Queryable,
  viewer: Viewer,
  runIds: readonly RunId[],
): Promise<ChangeSet[]> {
  return db
    .selectDistinctOn([changeSets.runId])
    .from(changeSets)
    .where(and(isAny(changeSets.runId, runIds), visibleTo(viewer, changeSets.tenantId)))
    .orderBy(changeSets.runId, desc(changeSets.createdAt), desc(changeSets.id));
}

type ChangeQuery = { changeSetId: ChangeSetId; filter: ChangeFilter };

export async function listChanges(
  db: Queryable,
  viewer: Viewer,
  list: ChangeQuery & { page: PageRequest },
): Promise<Page<Change>> {
  const rows = await db
    .select()
    .from(changes)
    .where(and(matching(db, viewer, list), onPage(BY_PATH, list.page)))
    .orderBy(...inOrder(BY_PATH, list.page))
    .limit(list.page.limit + 1);
  return toPage(rows, list.page);
}

export async function countChanges(db: Queryable, viewer: Viewer, list: ChangeQuery): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(changes)
    .where(matching(db, viewer, list));
  return row?.count ?? 0;
}

export function changesByIds(db: Queryable, viewer: Viewer, ids: readonly ChangeId[]): Promise<Change[]> {
  return db
    .select()
    .from(changes)
    .where(and(isAny(changes.id, ids), inVisibleChangeSet(db, viewer)));
}

/** Oldest first, the failed ones too: they are on record. */
export function decisionsOfRuns(
  db: Queryable,
  viewer: Viewer,
  runIds: readonly RunId[],
): Promise<RecordedDecision[]> {
  return db
    .select()
    .from(decisions)
    .where(and(isAny(decisions.runId, runIds), ofVisibleRun(db, viewer, decisions.runId)))
    .orderBy(asc(decisions.at), asc(decisions.id));
}

export function decisionsByIds(
  db: Queryable,
  viewer: Viewer,
  ids: readonly DecisionId[],
): Promise<RecordedDecision[]> {
  return db
    .select()
    .from(decisions)
    .where(and(isAny(decisions.id, ids), ofVisibleRun(db, viewer, decisions.runId)));
}

export function revertsOfRuns(db: Queryable, viewer: Viewer, runIds: readonly RunId[]): Promise<Revert[]> {
  return db
    .select()
    .from(reverts)
    .where(and(isAny(reverts.runId, runIds), ofVisibleRun(db, viewer, reverts.runId)));
}

export function revertsByIds(db: Queryable, viewer: Viewer, ids: readonly RevertId[]): Promise<Revert[]> {
  return db
    .select()
    .from(reverts)
    .where(and(isAny(reverts.id, ids), ofVisibleRun(db, viewer, reverts.runId)));
}

const isAny = (column: PgColumn, values: readonly string[]) =>
  sql`${column} = any(${sql.param(values)}::text[])`;

/** Nothing to add when all tenants are the viewer's. */
function ofVisibleRun(db: Queryable, viewer: Viewer, runId: PgColumn): SQL | undefined {
  const visible = visibleTo(viewer, syncRuns.tenantId);
  return (
    visible &&
    exists(
      db
        .select({ id: syncRuns.id })
        .from(syncRuns)
        .where(and(eq(syncRuns.id, runId), visible)),
    )
  );
}

function inVisibleChangeSet(db: Queryable, viewer: Viewer): SQL | undefined {
  const visible = visibleTo(viewer, changeSets.tenantId);
  return (
    visible &&
    exists(
      db
        .select({ id: changeSets.id })
        .from(changeSets)
        .where(and(eq(changeSets.id, changes.changeSetId), visible)),
    )
  );
}

function matching(db: Queryable, viewer: Viewer, { changeSetId, filter }: ChangeQuery): SQL | undefined {
  const { kind, configurationType, search } = filter;
  const pattern = search && `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return and(
    eq(changes.changeSetId, changeSetId),
    inVisibleChangeSet(db, viewer),
    kind ? inArray(changes.kind, [...kind]) : undefined,
    configurationType == null ? undefined : eq(changes.configurationType, configurationType),
    pattern
      ? or(
          ...[changes.displayName, changes.path, changes.configurationType].map(
            (column) => sql`${column} ilike ${pattern}`,
          ),
        )
      : undefined,
  );
}

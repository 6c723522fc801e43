/** What viewers read of change sets, decisions and reverts. */
import { and, asc, count, desc, eq, exists, getColumns, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { isAnyOf, readFor, type Visible } from '../access/read-for.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Queryable } from '../database/database.ts';
import {
  containing,
  inOrder,
  limited,
  onPage,
  type Order,
  type Page,
  type PageRequest,
  pageShape,
  pageValues,
  toPage,
  withPart,
} from '../database/page.ts';
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

type ChangeQuery = { changeSetId: ChangeSetId; filter: ChangeFilter };

const { properties: _unread, ...withoutProperties } = getColumns(changes);
/** For whoever does not ask for the properties, which are most of a change. */
const briefChanges = withoutProperties as ReturnType<typeof getColumns<typeof changes>>;

/** For whoever reads a part: enough for cursors. */
const keyColumns = { position: changes.position } as typeof briefChanges;

export async function listChanges(
  db: Queryable,
  viewer: Viewer,
  { page, isBrief = false, ...query }: ChangeQuery & { page: PageRequest; isBrief?: boolean },
): Promise<Page<Change>> {
  const rows = await readFor(db, viewer, {
    shape: ['changes', shapeOf(query), pageShape(BY_PATH, page), isBrief],
    values: { ...valuesOf(query), ...pageValues(page) },
    build: (visible) =>
      limited(
        db
          .select({
            change: page.part ? keyColumns : isBrief ? briefChanges : getColumns(changes),
            part: page.part?.columns ?? {},
          })
          .from(changes)
          .where(and(matching(db, visible, query), onPage(BY_PATH, page)))
          .orderBy(...inOrder(BY_PATH, page))
          .$dynamic(),
      ),
  });
  return toPage(
    rows.map(({ change, part }) => withPart(change, part)),
    page,
  );
}

export async function countChanges(db: Queryable, viewer: Viewer, query: ChangeQuery): Promise<number> {
  const [row] = await readFor(db, viewer, {
    shape: ['countChanges', shapeOf(query)],
    values: valuesOf(query),
    build: (visible) =>
      db
        .select({ count: count() })
        .from(changes)
        .where(matching(db, visible, query)),
  });
  return row?.count ?? 0;
}

export function changesByIds(db: Queryable, viewer: Viewer, ids: readonly ChangeId[]): Promise<Change[]> {
  return readFor(db, viewer, {
    shape: ['changesByIds'],
    values: { ids },
    build: (visible) =>
      db
        .select()
        .from(changes)
        .where(and(isAnyOf(changes.id, 'ids'), inVisibleChangeSet(db, visible))),
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

function inVisibleChangeSet(db: Queryable, visible: Visible): SQL | undefined {
  const isVisible = visible(changeSets.tenantId);
  return (
    isVisible &&
    exists(
      db
        .select({ id: changeSets.id })
        .from(changeSets)
        .where(and(eq(changeSets.id, changes.changeSetId), isVisible)),
    )
  );
}

function matching(db: Queryable, visible: Visible, { filter }: ChangeQuery): SQL | undefined {
  const { kind, configurationType, search } = filter;
  return and(
    eq(changes.changeSetId, sql.placeholder('changeSetId')),
    inVisibleChangeSet(db, visible),
    kind ? isAnyOf(changes.kind, 'kind') : undefined,
    configurationType == null
      ? undefined
      : eq(changes.configurationType, sql.placeholder('configurationType')),
    search
      ? or(
          ...[changes.displayName, changes.path, changes.configurationType].map(
            (column) => sql`${column} ilike ${sql.placeholder('pattern')}`,
          ),
        )
      : undefined,
  );
}

/** What `matching` looks at besides the values. */
const shapeOf = ({ filter: { kind, configurationType, search } }: ChangeQuery) => [
  Boolean(kind),
  configurationType == null,
  Boolean(search),
];

const valuesOf = ({ changeSetId, filter: { kind, configurationType, search } }: ChangeQuery) => ({
  changeSetId,
  kind,
  configurationType,
  pattern: search && containing(search),
});

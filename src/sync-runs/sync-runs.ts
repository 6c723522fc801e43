/** What viewers read of sync runs. */
import { and, count, desc, eq, getColumns, type SQL, sql } from 'drizzle-orm';
import { isAnyOf, isOneOf, oneOrMany, readFor, type Visible } from '../access/read-for.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Queryable } from '../database/database.ts';
import {
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
import type { RunId, TenantId } from '../lib/ids.ts';
import type { Challenge } from './challenge.ts';
import type { SyncRun, SyncRunOutcome, SyncRunStatus, SyncTrigger } from './sync-run.ts';
import { challenges, needsSomebody, STUCK_REVERTS, syncRuns, WAITING_STATUSES } from './sync-runs.table.ts';

/** Each part that is given must hold. */
export type SyncRunFilter = {
  status?: readonly SyncRunStatus[] | null | undefined;
  outcome?: readonly SyncRunOutcome[] | null | undefined;
  trigger?: readonly SyncTrigger[] | null | undefined;
  tenantId?: TenantId | null | undefined;
  needsAttention?: boolean | null | undefined;
};

export const NEWEST_FIRST: Order<SyncRun> = {
  name: 'syncRuns',
  direction: 'DESC',
  columns: [
    { by: syncRuns.queuedAt, type: 'timestamptz', of: (run) => run.queuedAt.toISOString() },
    { by: syncRuns.id, type: 'text', of: (run) => run.id },
  ],
};

const { id, queuedAt } = getColumns(syncRuns);
/** For whoever reads a part: enough for cursors. */
const keyColumns = { id, queuedAt } as ReturnType<typeof getColumns<typeof syncRuns>>;

export async function listSyncRuns(
  db: Queryable,
  viewer: Viewer,
  { filter, page }: { filter: SyncRunFilter; page: PageRequest },
): Promise<Page<SyncRun>> {
  const rows = await readFor(db, viewer, {
    shape: ['syncRuns', shapeOf(filter), pageShape(NEWEST_FIRST, page)],
    values: { ...filter, ...pageValues(page) },
    build: (visible) =>
      limited(
        db
          .select({ run: page.part ? keyColumns : getColumns(syncRuns), part: page.part?.columns ?? {} })
          .from(syncRuns)
          .where(and(matching(visible, filter), onPage(NEWEST_FIRST, page)))
          .orderBy(...inOrder(NEWEST_FIRST, page))
          .$dynamic(),
      ),
  });
  return toPage(
    rows.map(({ run, part }) => withPart(run, part)),
    page,
  );
}

export async function countSyncRuns(db: Queryable, viewer: Viewer, filter: SyncRunFilter): Promise<number> {
  const [row] = await readFor(db, viewer, {
    shape: ['countSyncRuns', shapeOf(filter)],
    values: { ...filter },
    build: (visible) => db.select({ count: count() }).from(syncRuns).where(matching(visible, filter)),
  });
  return row?.count ?? 0;
}

export function syncRunsByIds(db: Queryable, viewer: Viewer, ids: readonly RunId[]): Promise<SyncRun[]> {
  return readFor(db, viewer, {
    shape: ['syncRunsByIds'],
    values: { ids },
    build: (visible) =>
      db
        .select()
        .from(syncRuns)
        .where(and(isAnyOf(syncRuns.id, 'ids'), visible(syncRuns.tenantId))),
  });
}

/** The newest sign-in of each run that has one. */
export function newestChallenges(
  db: Queryable,
  viewer: Viewer,
  runIds: readonly RunId[],
): Promise<Challenge[]> {
  return readFor(db, viewer, {
    shape: ['newestChallenges'],
    values: { runIds },
    build: (visible) =>
      db
        .selectDistinctOn([challenges.runId])
        .from(challenges)
        .where(and(isAnyOf(challenges.runId, 'runIds'), visible(challenges.tenantId)))
        .orderBy(challenges.runId, desc(challenges.createdAt), desc(challenges.id)),
  });
}

/** A person must act: sign in, decide, or resolve a revert. */
export function needsAttention(run: SyncRun): boolean {
  return (
    WAITING_STATUSES.includes(run.status) ||
    (run.revertStatus !== null && STUCK_REVERTS.includes(run.revertStatus))
  );
}

const needingAttention = needsSomebody(syncRuns);

function matching(visible: Visible, filter: SyncRunFilter): SQL | undefined {
  const { status, outcome, trigger, tenantId } = filter;
  return and(
    visible(syncRuns.tenantId),
    status ? isOneOf(syncRuns.status, 'status', status) : undefined,
    outcome ? isOneOf(syncRuns.outcome, 'outcome', outcome) : undefined,
    trigger ? isOneOf(syncRuns.trigger, 'trigger', trigger) : undefined,
    tenantId == null ? undefined : eq(syncRuns.tenantId, sql.placeholder('tenantId')),
    filter.needsAttention == null
      ? undefined
      : filter.needsAttention
        ? needingAttention
        : sql`not ${needingAttention}`,
  );
}

/** What `matching` looks at besides the values. */
const shapeOf = (filter: SyncRunFilter) => [
  oneOrMany(filter.status) ?? null,
  oneOrMany(filter.outcome) ?? null,
  oneOrMany(filter.trigger) ?? null,
  filter.tenantId == null,
  filter.needsAttention ?? null,
];

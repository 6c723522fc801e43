/** What viewers read of sync runs. */
import { and, count, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { Viewer } from '../access/viewer.ts';
import { visibleTo } from '../access/visible.ts';
import type { Queryable } from '../database/database.ts';
import { inOrder, onPage, type Order, type Page, type PageRequest, toPage } from '../database/page.ts';
import type { RunId, TenantId } from '../lib/ids.ts';
import type { Challenge } from './challenge.ts';
import type { SyncRun, SyncRunOutcome, SyncRunStatus, SyncTrigger } from './sync-run.ts';
import { challenges, syncRuns } from './sync-runs.table.ts';

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

export async function listSyncRuns(
  db: Queryable,
  viewer: Viewer,
  list: { filter: SyncRunFilter; page: PageRequest },
): Promise<Page<SyncRun>> {
  const { filter, page } = list;
  const rows = await db
    .select()
    .from(syncRuns)
    .where(and(matching(viewer, filter), onPage(NEWEST_FIRST, page)))
    .orderBy(...inOrder(NEWEST_FIRST, page))
    .limit(page.limit + 1);
  return toPage(rows, page);
}

export async function countSyncRuns(db: Queryable, viewer: Viewer, filter: SyncRunFilter): Promise<number> {
  const [row] = await db.select({ count: count() }).from(syncRuns).where(matching(viewer, filter));
  return row?.count ?? 0;
}

export function syncRunsByIds(db: Queryable, viewer: Viewer, ids: readonly RunId[]): Promise<SyncRun[]> {
  return db
    .select()
    .from(syncRuns)
    .where(and(sql`${syncRuns.id} = any(${sql.param(ids)}::text[])`, visibleTo(viewer, syncRuns.tenantId)));
}

/** The newest sign-in of each run that has one. */
export function newestChallenges(
  db: Queryable,
  viewer: Viewer,
  runIds: readonly RunId[],
): Promise<Challenge[]> {
  return db
    .selectDistinctOn([challenges.runId])
    .from(challenges)
    .where(
      and(
        sql`${challenges.runId} = any(${sql.param(runIds)}::text[])`,
        visibleTo(viewer, challenges.tenantId),
      ),
    )
    .orderBy(challenges.runId, desc(challenges.createdAt), desc(challenges.id));
}

/** Those of the tenants that have a revert which is still going on. */
export async function tenantsWithUnfinishedRevert(
  db: Queryable,
  viewer: Viewer,
  tenantIds: readonly TenantId[],
): Promise<Set<TenantId>> {
  const rows = await db
    .selectDistinct({ tenantId: syncRuns.tenantId })
    .from(syncRuns)
    .where(
      and(
        sql`${syncRuns.tenantId} = any(${sql.param(tenantIds)}::text[])`,
        inArray(syncRuns.revertStatus, UNFINISHED_REVERTS),
        visibleTo(viewer, syncRuns.tenantId),
      ),
    );
  return new Set(rows.map((row) => row.tenantId));
}

/** Words of RevertStatus, whose own room comes later in the import order. */
const UNFINISHED_REVERTS = ['QUEUED', 'RUNNING', 'PULL_REQUEST_OPEN'];
const STUCK_REVERTS = ['CONFLICT', 'FAILED', 'PULL_REQUEST_ABANDONED'];
const WAITING_STATUSES: readonly SyncRunStatus[] = ['PENDING_AUTHENTICATION', 'PENDING_APPROVAL'];

/** A person must act: sign in, decide, or resolve a revert. */
export function needsAttention(run: SyncRun): boolean {
  return (
    WAITING_STATUSES.includes(run.status) ||
    (run.revertStatus !== null && STUCK_REVERTS.includes(run.revertStatus))
  );
}

const needingAttention = sql`(${or(
  inArray(syncRuns.status, [...WAITING_STATUSES]),
  sql`coalesce(${inArray(syncRuns.revertStatus, STUCK_REVERTS)}, false)`,
)})`;

function matching(viewer: Viewer, filter: SyncRunFilter): SQL | undefined {
  const { status, outcome, trigger, tenantId } = filter;
  return and(
    visibleTo(viewer, syncRuns.tenantId),
    status ? inArray(syncRuns.status, [...status]) : undefined,
    outcome ? inArray(syncRuns.outcome, [...outcome]) : undefined,
    trigger ? inArray(syncRuns.trigger, [...trigger]) : undefined,
    tenantId == null ? undefined : eq(syncRuns.tenantId, tenantId),
    filter.needsAttention == null ? undefined : sql`${needingAttention} = ${filter.needsAttention}`,
  );
}

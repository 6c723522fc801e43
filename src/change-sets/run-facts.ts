/** What the status menu looks at beyond a run's own row, for many runs in one statement. */
import { and, asc, eq, getColumns, sql } from 'drizzle-orm';
import { isAnyOf, readFor } from '../access/read-for.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Queryable } from '../database/database.ts';
import type { RunId } from '../lib/ids.ts';
import type { ActionFacts } from '../sync-runs/actions.ts';
import { challenges, syncRuns } from '../sync-runs/sync-runs.table.ts';
import { isUnfinishedRevert, REVERT_STATUSES, revertNeedsAttention } from './change-set.ts';
import { changeSets, decisions, reverts } from './change-sets.table.ts';

export type RunFacts = Pick<
  ActionFacts,
  'hasChangeSet' | 'decisions' | 'revert' | 'challenge' | 'tenantHasUnfinishedRevert'
>;

export async function factsOfRuns(
  db: Queryable,
  viewer: Viewer,
  runIds: readonly RunId[],
): Promise<Map<RunId, RunFacts>> {
  const rows = await readFor(db, viewer, {
    shape: ['factsOfRuns'],
    values: { runIds, unfinished: REVERT_STATUSES.filter(isUnfinishedRevert) },
    build: (visible) =>
      db
        .select({ runId: syncRuns.id, ...columns })
        .from(syncRuns)
        .leftJoin(challenges, eq(challenges.id, newestChallengeId))
        .leftJoin(reverts, eq(reverts.runId, syncRuns.id))
        .leftJoin(decisions, eq(decisions.runId, syncRuns.id))
        .where(and(isAnyOf(syncRuns.id, 'runIds'), visible(syncRuns.tenantId)))
        .orderBy(asc(decisions.at), asc(decisions.id)),
  });
  return new Map([...Map.groupBy(rows, (row) => row.runId)].map(([runId, ofRun]) => [runId, factsIn(ofRun)]));
}

/** Of the sign-ins that a run waits for, the last one that was started counts. */
const newestChallengeId = sql`(
  select c.id from ${challenges} c
  where c.run_id = ${syncRuns.id} and ${syncRuns.status} = 'PENDING_AUTHENTICATION'
  order by c.created_at desc, c.id desc limit 1
)`;

const columns = {
  hasChangeSet: sql<boolean>`exists (select from ${changeSets} where ${changeSets.runId} = ${syncRuns.id})`,
  tenantHasUnfinishedRevert: sql<boolean>`exists (
    select from ${syncRuns} other
    where other.tenant_id = ${syncRuns.tenantId} and other.revert_status = any(${sql.placeholder('unfinished')}::text[])
  )`,
  challenge: challenges,
  revertStatus: reverts.status,
  decision: getColumns(decisions),
};

type Row = Omit<RunFacts, 'decisions' | 'revert'> & {
  revertStatus: (typeof REVERT_STATUSES)[number] | null;
  decision: RunFacts['decisions'][number] | null;
};

/** A run comes once for each of its decisions, and once when it has none. */
function factsIn(rows: readonly Row[]): RunFacts {
  const [first] = rows;
  if (!first) throw new Error('A group of rows is empty.');
  const { hasChangeSet, tenantHasUnfinishedRevert, challenge, revertStatus: status } = first;
  return {
    hasChangeSet,
    tenantHasUnfinishedRevert,
    challenge,
    decisions: rows.flatMap(({ decision }) => decision ?? []),
    revert: status && {
      isUnfinished: isUnfinishedRevert(status),
      needsAttention: revertNeedsAttention(status),
    },
  };
}

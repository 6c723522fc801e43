import { eq, getColumns } from 'drizzle-orm';
import { byKey, defineLoader } from '../graphql/loaders.ts';
import type { Context } from '../graphql/context.ts';
import type { RunId } from '../lib/ids.ts';
import { broughtAlong, tenantEdges } from '../tenants/tenant-edges.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenants } from '../tenants/tenants.table.ts';
import type { Challenge } from './challenge.ts';
import type { SyncRun } from './sync-run.ts';
import { newestChallenges, syncRunsByIds } from './sync-runs.ts';
import { syncRuns } from './sync-runs.table.ts';

export const runById = defineLoader<RunId, SyncRun>(async ({ db, viewer }, ids) =>
  byKey(await syncRunsByIds(db, viewer, ids), (run) => run.id),
);

/** For objects that cannot be without their run. */
export async function runOf(context: Context, { runId }: { runId: RunId }): Promise<SyncRun> {
  const run = await runById(context, runId);
  if (!run) throw new Error(`The run ${runId} cannot be read, although something of it could.`);
  return run;
}

export const challengeOfRun = defineLoader<RunId, Challenge>(async ({ db, viewer }, runIds) =>
  byKey(await newestChallenges(db, viewer, runIds), (challenge) => challenge.runId),
);

const { id, tenantId, status, outcome, queuedAt, completedAt, version } = getColumns(syncRuns);
const briefColumns = { id, tenantId, status, outcome, queuedAt, completedAt, version };
const BRIEF_FIELDS = ['id', 'status', 'outcome', 'queuedAt', 'completedAt', 'version', '__typename'];

tenantEdges.push({
  name: 'latestRun',
  isWanted: (asked) => asked().has('latestRun') || asked().has('actions'),
  isOfOneMoment: true,
  table: syncRuns,
  columns: getColumns(syncRuns),
  brief: {
    columns: briefColumns,
    isEnough: (asked) =>
      !asked().has('actions') && [...asked('latestRun')].every((field) => BRIEF_FIELDS.includes(field)),
  },
  // Whoever sees a tenant sees its runs.
  on: () => eq(syncRuns.id, tenants.latestRunId),
});

/** The tenant's newest run; null when it was never synced. */
export function latestRunOf(context: Context, tenant: Tenant): Promise<SyncRun | null> | SyncRun | null {
  if (tenant.latestRunId === null) return null;
  const brought = broughtAlong<SyncRun>(tenant, 'latestRun');
  return brought === undefined ? runById(context, tenant.latestRunId) : brought;
}

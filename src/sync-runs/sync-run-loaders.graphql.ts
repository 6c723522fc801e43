import { byKey, defineLoader } from '../graphql/loaders.ts';
import type { Context } from '../graphql/context.ts';
import type { RunId, TenantId } from '../lib/ids.ts';
import type { Challenge } from './challenge.ts';
import type { SyncRun } from './sync-run.ts';
import { newestChallenges, syncRunsByIds, tenantsWithUnfinishedRevert } from './sync-runs.ts';

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

export const hasUnfinishedRevert = defineLoader<TenantId, true>(async ({ db, viewer }, tenantIds) => {
  const found = await tenantsWithUnfinishedRevert(db, viewer, tenantIds);
  return new Map([...found].map((id) => [id, true]));
});

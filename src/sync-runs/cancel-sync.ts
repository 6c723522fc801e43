import { audit, recordingRefusals } from '../access/audit.ts';
import { mustBeAllowed, type Viewer } from '../access/viewer.ts';
import { databaseNow, inTransaction } from '../database/database.ts';
import { enqueue } from '../jobs/jobs.ts';
import type { RunId } from '../lib/ids.ts';
import { refusalFor } from './actions.ts';
import { checkedComment } from './comment.ts';
import { ActionRefused, NotFound } from './refusals.ts';
import type { Services } from './services.ts';
import type { SyncRun } from './sync-run.ts';
import { applyToRun, type LockedRun, lockRun } from './write-run.ts';

export type CancelSyncInput = { runId: RunId; comment: string | null; force: boolean };

/**
 * Puts the wish to cancel on record; a job sends it to Azure DevOps, at once or when Azure has given the run a number.
 * Refusals: NotFound, InvalidInput, ActionRefused. Throws Forbidden.
 */
export function cancelSync(services: Services, viewer: Viewer, input: CancelSyncInput): Promise<SyncRun> {
  const facts = { viewer, act: 'CANCEL_SYNC' as const, tenantId: null, target: input.runId };
  return recordingRefusals(services.db, facts, () => cancel(services, viewer, input));
}

async function cancel(services: Services, viewer: Viewer, input: CancelSyncInput): Promise<SyncRun> {
  checkedComment(input.comment);
  const run = await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, viewer, input.runId);
    if (!locked) {
      throw new NotFound(
        `There is no sync run ${input.runId}. Take the id from a tenant's latestRun or from syncRuns.`,
      );
    }
    mustBeAllowed(viewer, 'cancelSync', locked.tenant.id);
    const now = await databaseNow(tx);
    refuseUnlessPossible(viewer, locked, { isForced: input.force, now });
    const facts = { cancelRequestedBy: viewer.actor, cancelRequestedAt: now };
    const canceling = await applyToRun(tx, locked, { event: 'cancel_requested', facts, actor: viewer.actor });
    await enqueue(tx, 'cancel-run', { runId: canceling.id });
    const details = { isForced: input.force };
    await audit(tx, {
      viewer,
      act: 'CANCEL_SYNC',
      tenantId: locked.tenant.id,
      target: canceling.id,
      details,
    });
    return canceling;
  });
  await services.desk.stop(run.id);
  return run;
}

function refuseUnlessPossible(
  viewer: Viewer,
  { tenant, run }: LockedRun,
  { isForced, now }: { isForced: boolean; now: Date },
): void {
  const refusal = refusalFor('CANCEL', {
    viewer,
    tenant,
    run,
    latestRun: run,
    hasChangeSet: false,
    decisions: [],
    revert: null,
    tenantHasUnfinishedRevert: false,
    challenge: null,
    isForced,
    now,
  });
  if (refusal) throw new ActionRefused(refusal.reason, refusal.message, run);
}

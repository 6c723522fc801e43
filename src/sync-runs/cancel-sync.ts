import { audit, recordingRefusals } from '../access/audit.ts';
import { EVERY_TIME, type Once } from '../access/once.ts';
import { mustBeAllowed, type Viewer } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Tx } from '../database/database.ts';
import { enqueue } from '../jobs/jobs.ts';
import type { RunId } from '../lib/ids.ts';
import { refusalFor } from './actions.ts';
import { checkedComment } from './comment.ts';
import { ActionRefused } from './refusals.ts';
import type { Services } from './services.ts';
import type { SyncRun } from './sync-run.ts';
import { applyToRun, type LockedRun, mustLockRun } from './write-run.ts';

export type CancelSyncInput = { runId: RunId; comment: string | null; force: boolean; once?: Once };

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
  const { once = EVERY_TIME } = input;
  return inTransaction(services.db, (tx) =>
    once.run(tx, {
      check: async () => {
        const locked = await mustLockRun(tx, viewer, input.runId);
        mustBeAllowed(viewer, 'cancelSync', locked.tenant.id);
        return locked;
      },
      act: (locked) => requestCancel(tx, viewer, { locked, isForced: input.force }),
    }),
  );
}

async function requestCancel(
  tx: Tx,
  viewer: Viewer,
  { locked, isForced }: { locked: LockedRun; isForced: boolean },
): Promise<SyncRun> {
  const now = await databaseNow(tx);
  refuseUnlessPossible(viewer, locked, { isForced, now });
  const facts = { cancelRequestedBy: viewer.actor, cancelRequestedAt: now };
  const canceling = await applyToRun(tx, locked, { event: 'cancel_requested', facts, actor: viewer.actor });
  await enqueue(tx, 'cancel-run', { runId: canceling.id });
  const about = { tenantId: locked.tenant.id, target: canceling.id, details: { isForced } };
  await audit(tx, { viewer, act: 'CANCEL_SYNC', ...about });
  return canceling;
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

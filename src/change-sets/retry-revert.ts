import { eq } from 'drizzle-orm';
import { audit, recordingRefusals } from '../access/audit.ts';
import { EVERY_TIME, type Once } from '../access/once.ts';
import { mustBeAllowed, type Viewer } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Tx } from '../database/database.ts';
import { enqueue } from '../jobs/jobs.ts';
import type { RunId } from '../lib/ids.ts';
import { refusalFor } from '../sync-runs/actions.ts';
import { ActionRefused, InvalidInput } from '../sync-runs/refusals.ts';
import type { Services } from '../sync-runs/services.ts';
import { type LockedRun, mustLockRun } from '../sync-runs/write-run.ts';
import { isUnfinishedRevert, type Revert, revertNeedsAttention } from './change-set.ts';
import { changes } from './change-sets.table.ts';
import { revertOf, writeRevert } from './reverts.ts';

export type RetryRevertInput = { runId: RunId; overwritePaths: string[]; once?: Once };

/** Refusals: NotFound, InvalidInput, ActionRefused. Throws Forbidden. */
export function retryRevert(services: Services, viewer: Viewer, input: RetryRevertInput): Promise<Revert> {
  const facts = { viewer, act: 'RETRY_REVERT' as const, tenantId: null, target: input.runId };
  return recordingRefusals(services.db, facts, () => retry(services, viewer, input));
}

async function retry(services: Services, viewer: Viewer, input: RetryRevertInput): Promise<Revert> {
  const { once = EVERY_TIME } = input;
  return inTransaction(services.db, (tx) =>
    once.run(tx, {
      check: async () => {
        const locked = await mustLockRun(tx, viewer, input.runId);
        mustBeAllowed(viewer, 'revert', locked.tenant.id);
        return locked;
      },
      act: (locked) => queueAgain(tx, viewer, { locked, overwritePaths: input.overwritePaths }),
    }),
  );
}

async function queueAgain(
  tx: Tx,
  viewer: Viewer,
  { locked, overwritePaths }: { locked: LockedRun; overwritePaths: string[] },
): Promise<Revert> {
  const { tenant, run } = locked;
  const revert = await revertOf(tx, run.id);
  await refuseUnlessPossible(tx, viewer, { locked, revert });
  if (!revert) throw new Error(`The run ${run.id} has no revert.`);
  await refuseUnknownPaths(tx, revert, overwritePaths);
  const queued: Partial<Revert> = { status: 'QUEUED', overwritePaths, conflictingPaths: [], error: null };
  const again = await writeRevert(tx, revert.id, queued);
  if (!again) throw new Error(`The revert ${revert.id} disappeared while it was locked.`);
  await enqueue(tx, 'revert', { revertId: revert.id });
  const details = { overwrittenPaths: overwritePaths.length };
  await audit(tx, { viewer, act: 'RETRY_REVERT', tenantId: tenant.id, target: run.id, details });
  return again;
}

async function refuseUnlessPossible(
  tx: Tx,
  viewer: Viewer,
  { locked, revert }: { locked: LockedRun; revert: Revert | null },
): Promise<void> {
  const { tenant, run } = locked;
  const refusal = refusalFor('RETRY_REVERT', {
    viewer,
    tenant,
    run,
    latestRun: run,
    hasChangeSet: true,
    decisions: [],
    revert: revert && {
      isUnfinished: isUnfinishedRevert(revert.status),
      needsAttention: revertNeedsAttention(revert.status),
    },
    tenantHasUnfinishedRevert: false,
    challenge: null,
    now: await databaseNow(tx),
  });
  if (refusal) throw new ActionRefused(refusal.reason, refusal.message, run);
}

async function refuseUnknownPaths(tx: Tx, revert: Revert, paths: string[]): Promise<void> {
  const known = await tx
    .select({ path: changes.path })
    .from(changes)
    .where(eq(changes.changeSetId, revert.changeSetId));
  const unknown = paths.find((path) => !known.some((change) => change.path === path));
  if (unknown !== undefined) {
    throw new InvalidInput(
      'overwritePaths',
      `The path "${unknown}" is not part of the change set. Name only paths that the revert's conflictingPaths list.`,
    );
  }
}

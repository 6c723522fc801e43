import { eq } from 'drizzle-orm';
import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, type Queryable, type Tx } from '../database/database.ts';
import { appendEvents } from '../events/append-events.ts';
import { enqueue } from '../jobs/jobs.ts';
import { newId, type RevertId, type RunId } from '../lib/ids.ts';
import { syncRuns } from '../sync-runs/sync-runs.table.ts';
import { lockRun } from '../sync-runs/write-run.ts';
import { tenantFacts } from '../tenants/write-tenant.ts';
import { isUnfinishedRevert, type Decision, type Revert } from './change-set.ts';
import { reverts } from './change-sets.table.ts';

export async function revertOf(q: Queryable, runId: RunId): Promise<Revert | null> {
  const [row] = await q.select().from(reverts).where(eq(reverts.runId, runId));
  return row ?? null;
}

export async function loadRevert(q: Queryable, id: RevertId): Promise<Revert | null> {
  const [row] = await q.select().from(reverts).where(eq(reverts.id, id));
  return row ?? null;
}

/** Puts the revert that a decision asked for on record and in the queue. A second one changes nothing. */
export async function queueRevertOf(tx: Tx, decision: Decision): Promise<void> {
  if (!decision.changeSetId) return;
  const [queued] = await tx
    .insert(reverts)
    .values({
      id: newId('rev'),
      runId: decision.runId,
      changeSetId: decision.changeSetId,
      status: 'QUEUED',
      requestedBy: decision.by,
      comment: decision.comment,
      createdAt: await databaseNow(tx),
    })
    .onConflictDoNothing()
    .returning();
  if (!queued) return;
  await projectRevert(tx, queued);
  await enqueue(tx, 'revert', { revertId: queued.id });
}

/** The only writer of a revert's status: the row, its projection on the run, and the event when it ended. */
export async function writeRevert(
  tx: Tx,
  id: RevertId,
  change: Partial<Omit<Revert, 'id' | 'runId'>>,
): Promise<Revert | null> {
  const known = await loadRevert(tx, id);
  const locked = known && (await lockRun(tx, OWN_WORK.jobs, known.runId));
  if (!locked) return null;
  const ended = change.status !== undefined && !isUnfinishedRevert(change.status);
  const [revert] = await tx
    .update(reverts)
    .set({ ...change, finishedAt: ended ? await databaseNow(tx) : null })
    .where(eq(reverts.id, id))
    .returning();
  if (!revert) return null;
  await projectRevert(tx, revert);
  if (ended) {
    await appendEvents(tx, [
      {
        tenantId: locked.tenant.id,
        runId: revert.runId,
        actor: revert.requestedBy,
        tenant: tenantFacts(locked.tenant),
        body: { kind: 'REVERT_FINISHED', revertId: revert.id, status: revert.status, commit: revert.commit },
      },
    ]);
  }
  return revert;
}

async function projectRevert(tx: Tx, revert: Revert): Promise<void> {
  await tx.update(syncRuns).set({ revertStatus: revert.status }).where(eq(syncRuns.id, revert.runId));
}

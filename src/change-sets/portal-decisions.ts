/** Decisions that people took in Azure DevOps itself appear here too, marked so and without a digest. */
import { OWN_WORK } from '../access/viewer.ts';
import { inTransaction } from '../database/database.ts';
import type { ApprovalObservation, ApprovalStepObservation } from '../azure-devops/port.ts';
import { newId } from '../lib/ids.ts';
import type { Services } from '../sync-runs/services.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { lockRun } from '../sync-runs/write-run.ts';
import type { Decision } from './change-set.ts';
import { decisions } from './change-sets.table.ts';
import { standingDecisions, tellDecision } from './decisions.ts';
import { decisionIn } from './gate-comment.ts';
import { newestChangeSet } from './store-change-set.ts';

type DecidedStep = ApprovalStepObservation & { actualApprover: { id: string; displayName: string } };

/** Records the answers of an observed gate that were not given through this API. */
export async function recordPortalDecisions(
  services: Services,
  run: SyncRun,
  approval: ApprovalObservation,
): Promise<void> {
  const answered = approval.steps.filter(isDecided);
  if (answered.length === 0) return;
  const ours = new Set((await standingDecisions(services.db, run.id)).map((decision) => decision.id));
  for (const step of answered) {
    const through = decisionIn(step.comment);
    if (!through || !ours.has(through))
      await record(services, run, { approvalId: approval.approvalId, step });
  }
}

const isDecided = (step: ApprovalStepObservation): step is DecidedStep =>
  step.actualApprover !== null && (step.status === 'APPROVED' || step.status === 'REJECTED');

async function record(
  services: Services,
  run: SyncRun,
  seen: { approvalId: string; step: DecidedStep },
): Promise<void> {
  const { step, approvalId } = seen;
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.poller, run.id);
    if (!locked) return;
    const decision: Decision = {
      id: newId('dec'),
      runId: run.id,
      approvalId,
      changeSetId: (await newestChangeSet(tx, run.id))?.id ?? null,
      verdict: step.status === 'APPROVED' ? 'APPROVE' : 'REJECT',
      by: { kind: 'PERSON', ...step.actualApprover },
      personId: `azure-devops/${step.actualApprover.id}`,
      at: new Date(step.decidedAt ?? Date.now()),
      comment: step.comment,
      digest: null,
      via: 'PORTAL',
      state: 'SETTLED',
      error: null,
    };
    const [stored] = await tx.insert(decisions).values(decision).onConflictDoNothing().returning();
    if (stored) await tellDecision(tx, locked.tenant, stored);
  });
}

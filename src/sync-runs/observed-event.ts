/** Pure: what an observation of Azure DevOps means for a run. */
import type { ApprovalObservation, RunObservation } from '../azure-devops/port.ts';
import { PIPELINE_ERROR_CODES } from '../pipeline/contract.ts';
import type { Approval, CanceledBy, SyncRun, SyncRunOutcome } from './sync-run.ts';
import { endingOf, type SyncRunEvent } from './transitions.ts';

type KnownRun = Pick<SyncRun, 'status' | 'cancelRequestedAt'>;

/** null: nothing that the table needs to hear, or an ending in a word that is not known yet. */
export function observedEvent(run: KnownRun, seen: RunObservation): SyncRunEvent | null {
  if (seen.phase === 'FINISHED') {
    const outcome = observedOutcome(run, seen);
    return outcome && endingOf(outcome);
  }
  if (run.status === 'COMPLETED') return null;
  if (seen.phase === 'CANCELING') return 'cancel_requested';
  if (seen.phase === 'QUEUED') return null;
  if (seen.approvals.some((approval) => approval.status === 'PENDING')) return 'gate_opened';
  if (run.status === 'PENDING_APPROVAL') return hasStage(seen, 'DEPLOY', 'RUNNING') ? 'gate_passed' : null;
  if (run.status === 'PENDING_AUTHENTICATION')
    return hasStage(seen, 'AUTHENTICATE', 'SUCCEEDED') ? 'signed_in' : null;
  return seen.startedAt || seen.stages.some((stage) => stage.state !== 'PENDING') ? 'started' : null;
}

const hasStage = (seen: RunObservation, name: string, state: string) =>
  seen.stages.some((stage) => stage.stage === name && stage.state === state);

/** The outcome of a finished run: the gate's answer first, then the pipeline's own codes, then the build's result. */
export function observedOutcome(run: KnownRun, seen: RunObservation): SyncRunOutcome | null {
  const gate = seen.approvals.at(-1);
  if (gate?.status === 'REJECTED') return 'REJECTED';
  if (gate?.status === 'TIMED_OUT') return 'APPROVAL_EXPIRED';
  if (seen.issues.some((issue) => issue.code === PIPELINE_ERROR_CODES.authenticationExpired)) {
    return 'AUTHENTICATION_EXPIRED';
  }
  switch (seen.result) {
    case 'SUCCEEDED':
      return 'SUCCEEDED';
    case 'PARTIALLY_SUCCEEDED':
      return 'PARTIALLY_SUCCEEDED';
    case 'FAILED':
      return 'FAILED';
    case 'CANCELED':
      return seen.hitTimeLimit && !run.cancelRequestedAt ? 'TIMED_OUT' : 'CANCELED';
    case 'UNKNOWN':
    case null:
      return null;
  }
}

/** Deploy began when its stage has run at all; waiting at the gate is not running. */
export function deployBegan(seen: RunObservation): boolean {
  return seen.stages.some(
    (stage) =>
      stage.stage === 'DEPLOY' &&
      stage.startedAt !== null &&
      (stage.state === 'RUNNING' ||
        stage.state === 'SUCCEEDED' ||
        stage.state === 'FAILED' ||
        stage.state === 'CANCELED') &&
      !endedAtTheGate(seen),
  );
}

const endedAtTheGate = (seen: RunObservation) => {
  const status = seen.approvals.at(-1)?.status;
  return status === 'PENDING' || status === 'REJECTED' || status === 'TIMED_OUT' || status === 'CANCELED';
};

export function canceledBy(run: KnownRun, seen: RunObservation): CanceledBy | null {
  if (seen.result !== 'CANCELED') return null;
  return run.cancelRequestedAt || seen.canceledBy ? 'PERSON' : 'SYSTEM';
}

/** The gate as the run shows it: the newest that Azure opened. `timeoutMinutes` comes from the gate's check. */
export function observedApproval(
  seen: RunObservation,
  gate: { selfApprovalAllowed: boolean; timeoutMinutes: number } | null,
): Approval | null {
  const newest = seen.approvals.at(-1);
  if (!newest) return null;
  return {
    approvalId: newest.approvalId,
    required: requiredApprovals(newest),
    given: newest.steps.filter((step) => step.status === 'APPROVED').length,
    order: newest.order,
    selfApprovalAllowed: gate?.selfApprovalAllowed ?? true,
    expiresAt: expiryOf(newest, gate?.timeoutMinutes ?? DEFAULT_GATE_TIMEOUT_MINUTES),
    steps: newest.steps.map((step) => ({
      approver: step.assignedTo,
      decidedBy: step.actualApprover,
      verdict: step.status === 'APPROVED' || step.status === 'REJECTED' ? step.status : null,
      comment: step.comment,
      decidedAt: step.decidedAt,
    })),
  };
}

/** Azure's own default for an approval check: 30 days. */
const DEFAULT_GATE_TIMEOUT_MINUTES = 43_200;

/** 0 on the wire means that every listed approver has to approve. */
function requiredApprovals(approval: ApprovalObservation): number {
  return Math.max(1, approval.minRequired || approval.steps.length);
}

function expiryOf(approval: ApprovalObservation, timeoutMinutes: number): string | null {
  if (!approval.createdAt) return null;
  return new Date(Date.parse(approval.createdAt) + timeoutMinutes * 60_000).toISOString();
}

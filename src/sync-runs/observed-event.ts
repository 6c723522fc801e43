/** Pure: what an observation of Azure DevOps means for a run. */
import type { ApprovalObservation, ApprovalStatus, RunObservation } from '../azure-devops/port.ts';
import { PIPELINE_ERROR_CODES } from '../pipeline/contract.ts';
import type { Approval, CanceledBy, SyncRun, SyncRunOutcome } from './sync-run.ts';
import { endingOf, type SyncRunEvent } from './transitions.ts';

type KnownRun = Pick<SyncRun, 'status' | 'cancelRequestedAt'>;

/** null: nothing that the table needs to hear, or an ending of a moment ago in a word that is not known. */
export function observedEvent(run: KnownRun, seen: RunObservation, now: Date): SyncRunEvent | null {
  if (seen.phase === 'FINISHED') {
    const outcome = observedOutcome(run, seen, now);
    return outcome && endingOf(outcome);
  }
  if (run.status === 'COMPLETED') return null;
  if (seen.phase === 'CANCELING') return 'cancel_requested';
  if (seen.phase === 'QUEUED') return null;
  if (hasGate(seen, 'PENDING')) return 'gate_opened';
  if (run.status === 'PENDING_APPROVAL') return hasStage(seen, 'DEPLOY', 'RUNNING') ? 'gate_passed' : null;
  if (run.status === 'PENDING_AUTHENTICATION')
    return hasStage(seen, 'AUTHENTICATE', 'SUCCEEDED') ? 'signed_in' : null;
  return seen.startedAt || seen.stages.some((stage) => stage.state !== 'PENDING') ? 'started' : null;
}

const hasStage = (seen: RunObservation, name: string, state: string) =>
  seen.stages.some((stage) => stage.stage === name && stage.state === state);

/** The outcome of a finished run: the gate's answer first, then the pipeline's own codes, then the build's result. */
export function observedOutcome(run: KnownRun, seen: RunObservation, now: Date): SyncRunOutcome | null {
  if (isHalfTold(seen, now)) return null;
  if (hasGate(seen, 'REJECTED')) return 'REJECTED';
  if (hasGate(seen, 'TIMED_OUT')) return 'APPROVAL_EXPIRED';
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
      return wasLongAgo(seen, now) ? 'FAILED' : null;
  }
}

/** A word that is not known by then stays unknown: a run that is open for good would bar every later sync. */
const UNKNOWN_PATIENCE_MS = 15 * 60_000;

const wasLongAgo = (seen: RunObservation, now: Date) =>
  now.getTime() - Date.parse(seen.finishedAt ?? '') > UNKNOWN_PATIENCE_MS;

const hasGate = (seen: RunObservation, status: ApprovalStatus) =>
  seen.approvals.some((approval) => approval.status === status);

/** How long after a run's end its timeline is waited for. A run that lost it for good ends by its result alone. */
const TIMELINE_PATIENCE_MS = 60_000;

/**
 * Whether a finished run was rejected, expired or simply failed stands in its timeline and gates alone. Azure may
 * answer without a timeline, or with a word for a gate that is not known: then nothing is concluded yet.
 */
function isHalfTold(seen: RunObservation, now: Date): boolean {
  const endedAt = Date.parse(seen.finishedAt ?? '');
  if (Number.isNaN(endedAt) || now.getTime() - endedAt > TIMELINE_PATIENCE_MS) return false;
  const wasRefused = seen.validationErrors.length > 0 || seen.startedAt === null;
  return (seen.stages.length === 0 && !wasRefused) || hasGate(seen, 'UNKNOWN');
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

const endedAtTheGate = (seen: RunObservation) =>
  (['PENDING', 'REJECTED', 'TIMED_OUT', 'CANCELED'] as const).some((status) => hasGate(seen, status));

export function canceledBy(run: KnownRun, seen: RunObservation): CanceledBy | null {
  if (seen.result !== 'CANCELED') return null;
  return run.cancelRequestedAt || seen.canceledBy ? 'PERSON' : 'SYSTEM';
}

/**
 * Several gates may be open at once: they are decided one after the other, in the order in which Azure opened them.
 * The one that is to be decided now; when none is, the one that ended the run, or the last.
 */
function presentGate({ approvals }: RunObservation): ApprovalObservation | undefined {
  const first = (...words: ApprovalStatus[]) => approvals.find(({ status }) => words.includes(status));
  return first('PENDING') ?? first('REJECTED', 'TIMED_OUT') ?? approvals.at(-1);
}

/** The gate as the run shows it. `timeoutMinutes` comes from the gate's check. */
export function observedApproval(
  seen: RunObservation,
  gate: { selfApprovalAllowed: boolean; timeoutMinutes: number } | null,
): Approval | null {
  const present = presentGate(seen);
  if (!present) return null;
  return {
    approvalId: present.approvalId,
    required: requiredApprovals(present),
    given: present.steps.filter((step) => step.status === 'APPROVED').length,
    order: present.order,
    selfApprovalAllowed: gate?.selfApprovalAllowed ?? true,
    expiresAt: expiryOf(present, gate?.timeoutMinutes ?? DEFAULT_GATE_TIMEOUT_MINUTES),
    steps: present.steps.map((step) => ({
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

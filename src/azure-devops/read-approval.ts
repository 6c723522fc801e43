/** Pure: an approval's JSON → what the port says of it. */
import type { ApprovalObservation, ApprovalStatus } from './port.ts';
import type { WireApproval, WireIdentity } from './wire.ts';

export function readApproval(wire: WireApproval): ApprovalObservation {
  return {
    approvalId: wire.id,
    buildId: ownerOf(wire),
    status: statusOf(wire.status),
    minRequired: wire.minRequiredApprovers ?? 0,
    order: orderOf(wire.executionOrder),
    createdAt: wire.createdOn ?? null,
    steps: (wire.steps ?? []).map((step) => {
      const status = statusOf(step.status);
      const isDecided = status === 'APPROVED' || status === 'REJECTED';
      return {
        assignedTo: { ...person(step.assignedApprover), isGroup: step.assignedApprover.isContainer === true },
        actualApprover: step.actualApprover ? person(step.actualApprover) : null,
        status,
        comment: step.comment || null,
        decidedAt: isDecided ? (step.lastModifiedOn ?? null) : null,
      };
    }),
    blockedApproverIds: (wire.blockedApprovers ?? []).map((identity) => identity.id),
  };
}

export const person = (identity: WireIdentity) => ({
  id: identity.id,
  displayName: identity.displayName || identity.uniqueName || identity.id,
});

export const orderOf = (word: string | null | undefined) => (word === 'inSequence' ? 'IN_SEQUENCE' : 'ANY');

function statusOf(word: string | null | undefined): ApprovalStatus {
  switch (word) {
    // `uninitiated` is a step that waits for the one before it; `deferred` is decided, to take effect later.
    case 'pending':
    case 'uninitiated':
    case 'deferred':
      return 'PENDING';
    case 'approved':
      return 'APPROVED';
    case 'rejected':
      return 'REJECTED';
    case 'timedOut':
      return 'TIMED_OUT';
    case 'canceled':
    case 'cancelled':
      return 'CANCELED';
    case 'skipped':
      return 'SKIPPED';
    default:
      return 'UNKNOWN';
  }
}

function ownerOf(wire: WireApproval): number | null {
  const id = Number(wire.pipeline?.owner?.id ?? NaN);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

import { badRequest, forbidden } from '../azure-error.ts';
import type { Build } from '../build.ts';
import type { Identity } from '../identity.ts';
import type { Approval, ApprovalStep } from '../model.ts';
import { buildChanged, nowOf, record, type World } from '../world.ts';

export type Decision = { verdict: 'approved' | 'rejected'; by: Identity; comment: string };

/** Enters one answer into a gate. Throws, in Azure's manner, when the gate is closed or the caller may not. */
export function decideApproval(
  world: World,
  { build, approval }: { build: Build; approval: Approval },
  decision: Decision,
): void {
  if (!isOpenApproval(approval)) {
    throw badRequest(
      `Approval ${approval.id} is already completed with status ${approval.status}. It cannot be updated.`,
      'ApprovalAlreadyCompletedException',
    );
  }
  const step = stepFor(build, approval, decision.by);
  answerStep(step, decision, nowOf(world));
  const answersForAll = decision.by.kind === 'servicePrincipal' && !isListed(approval, decision.by);
  settle(approval, decision, answersForAll);
  approval.lastModifiedOn = nowOf(world);
  buildChanged(world, build, decision.by);
  const { verdict, by, comment } = decision;
  record(world, build, 'gateAnswered', {
    approvalId: approval.id,
    verdict,
    by: by.displayName,
    comment,
    gate: approval.status,
  });
}

const sameOne = (one: Identity, other: Identity) => one.id === other.id;
const isListed = (approval: Approval, who: Identity) =>
  approval.settings.approvers.some((approver) => sameOne(approver, who));

function stepFor(build: Build, approval: Approval, by: Identity): ApprovalStep {
  const { settings, steps } = approval;
  if (settings.blockedApprovers.some((blocked) => sameOne(blocked, by))) throw notAllowed(approval, by);
  if (settings.requesterCannotBeApprover && sameOne(build.requestedFor, by)) {
    throw forbidden(
      `${by.displayName} started the run and may not approve it.`,
      'ApprovalUnauthorizedException',
    );
  }
  const answered = steps.find(({ actualApprover }) => actualApprover && sameOne(actualApprover, by));
  if (answered) {
    throw badRequest(
      `${by.displayName} has already answered approval ${approval.id}: ${answered.status}.`,
      'ApprovalAlreadyCompletedException',
    );
  }
  const open = steps.filter(({ status }) => status === 'pending');
  const own = open.find(({ assignedApprover }) => sameOne(assignedApprover, by));
  // Groups have no members here: whoever is not listed by name is taken for one.
  const shared =
    by.kind === 'servicePrincipal'
      ? open[0]
      : open.find(({ assignedApprover }) => assignedApprover.kind === 'group');
  const step = own ?? shared;
  if (!step) throw notAllowed(approval, by);
  return step;
}

const notAllowed = (approval: Approval, by: Identity) => {
  const names = approval.settings.approvers.map(({ displayName }) => displayName).join(', ');
  return forbidden(
    `${by.displayName} does not have permissions to update approval ${approval.id}. Approvers: ${names}.`,
    'ApprovalUnauthorizedException',
  );
};

function answerStep(step: ApprovalStep, { verdict, by, comment }: Decision, at: string): void {
  Object.assign(step, { status: verdict, actualApprover: by, comment, lastModifiedOn: at });
}

/** One rejection ends it; so do enough approvals. Steps that nobody needs any more are skipped. */
function settle(approval: Approval, { verdict }: Decision, answersForAll: boolean): void {
  const { steps, settings } = approval;
  const needed = settings.minRequiredApprovers || steps.length;
  const approvals = steps.filter(({ status }) => status === 'approved').length;
  if (verdict === 'rejected') approval.status = 'rejected';
  else if (answersForAll || approvals >= Math.min(needed, steps.length)) approval.status = 'approved';
  if (isOpenApproval(approval)) openNextStep(approval);
  else closeSteps(approval);
}

/** A deferred one is as good as approved, but not yet. */
export const isOpenApproval = ({ status }: Approval) => status === 'pending' || status === 'deferred';

function openNextStep({ settings, steps }: Approval): void {
  if (settings.executionOrder !== 'inSequence') return;
  const next = steps.find(({ status }) => status === 'uninitiated');
  if (next) next.status = 'pending';
}

export function closeSteps({ steps }: Approval): void {
  for (const step of steps) {
    if (step.status === 'pending' || step.status === 'uninitiated') step.status = 'skipped';
  }
}

/** Pure: who may still decide a run. Approvals add up to what the gate asks for; the first rejection ends it. */
import { subjectsOf } from '../access/viewer.ts';
import type { ActionFacts, ActionRefusal, DecisionFacts } from './actions.ts';
import { forces, refuse } from './action-rules.ts';
import { type SyncRun, wasStartedHere } from './sync-run.ts';

export function approveRefusal(facts: ActionFacts, run: SyncRun): ActionRefusal | null {
  if (run.status === 'PENDING_APPROVAL' && run.isSuperseded && !forces(facts)) {
    return refuse(
      'SUPERSEDED',
      'A newer sync of the tenant exists, so the preview of this one is stale. Reject it; an admin may force the approval.',
    );
  }
  return decisionRefusal(facts, run);
}

export function decisionRefusal(facts: ActionFacts, run: SyncRun): ActionRefusal | null {
  if (run.status !== 'PENDING_APPROVAL' || !run.approval) return notWaiting(facts, run);
  const { approvalId, required, expiresAt } = run.approval;
  const standing = facts.decisions.filter((d) => d.approvalId === approvalId && d.state !== 'FAILED');
  if (standing.some((d) => d.personId === facts.viewer.personId)) {
    return refuse('ALREADY_DECIDED', 'You have decided this run already.');
  }
  if (isFinal(standing, required)) {
    return refuse('ALREADY_DECIDED', 'The run was decided already: its decisions say by whom and when.');
  }
  if (expiresAt && new Date(expiresAt) <= facts.now) {
    return refuse('EXPIRED', 'The time to decide this run is over. Start the sync again.');
  }
  if (!facts.hasChangeSet) {
    return refuse(
      'WRONG_STATUS',
      'The changes of this run have not been read yet. Look again in a few seconds.',
    );
  }
  return (
    approverRefusal(facts) ?? gateRefusal(facts) ?? fourEyesRefusal(facts, run) ?? ownRunRefusal(facts, run)
  );
}

/** The tenant's own policy: of those whose role allows it, only whom it lists. */
function approverRefusal({ viewer, tenant: { approvers } }: ActionFacts): ActionRefusal | null {
  if (approvers.length === 0 || subjectsOf(viewer).some((subject) => approvers.includes(subject)))
    return null;
  return refuse(
    'NOT_AN_APPROVER',
    "This tenant's syncs are decided by its approvers only, and you are none of them. Its field approvers lists them; an admin can change it.",
  );
}

/** Azure DevOps itself judges those who come with their own token; for all others the service has to answer. */
function gateRefusal({ viewer, tenant }: ActionFacts): ActionRefusal | null {
  if (viewer.callerToken !== undefined || tenant.gateCheck?.service !== 'NOT_LISTED') return null;
  return refuse(
    'NOT_AN_APPROVER',
    "The gate's approvers in Azure DevOps do not include this service, so it cannot answer for you. Add the service to them, decide with your own Entra token, or decide in Azure DevOps.",
  );
}

/** The gate bars whoever asked for the sync; the tenant's own policy bars machines as well. */
function fourEyesRefusal({ viewer, tenant }: ActionFacts, run: SyncRun): ActionRefusal | null {
  if (tenant.fourEyes && viewer.isMachine) {
    return refuse(
      'FOUR_EYES',
      "This tenant's syncs are decided by people. A script does not count as the second pair of eyes: decide with a key or token of your own.",
    );
  }
  const isBarred = tenant.fourEyes || run.approval?.selfApprovalAllowed === false;
  const requester = run.requestedBy?.id;
  return isBarred && (requester === viewer.personId || requester === viewer.actor.id)
    ? refuse('FOUR_EYES', 'You asked for this sync, and somebody else has to decide it.')
    : null;
}

/** To Azure DevOps the service is who asked for the syncs that it started, whoever stood behind it. */
function ownRunRefusal({ viewer }: ActionFacts, run: SyncRun): ActionRefusal | null {
  const isBarred = run.approval?.selfApprovalAllowed === false && wasStartedHere(run);
  if (viewer.callerToken !== undefined || !isBarred) return null;
  return refuse(
    'NOT_AN_APPROVER',
    'The gate in Azure DevOps bars whoever started a run from answering it, and this service started this one. Decide with your own Entra token or in Azure DevOps, or allow approvers to approve their own runs there.',
  );
}

/** Whether these decisions of one gate settle it. */
export function isFinal(standing: readonly DecisionFacts[], required: number): boolean {
  if (standing.some((d) => d.verdict !== 'APPROVE')) return true;
  return new Set(standing.map((d) => d.personId)).size >= required;
}

function notWaiting(facts: ActionFacts, run: SyncRun): ActionRefusal {
  if (run.outcome === 'APPROVAL_EXPIRED') {
    return refuse('EXPIRED', 'Nobody decided this run in time. Start the sync again.');
  }
  return facts.decisions.some((d) => d.state !== 'FAILED')
    ? refuse('ALREADY_DECIDED', 'The run was decided already: its decisions say by whom and when.')
    : refuse('WRONG_STATUS', 'The run does not wait for a decision.');
}

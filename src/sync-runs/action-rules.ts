/** Pure: the rules for starting, stopping, signing in and reverting. */
import { may } from '../access/viewer.ts';
import type { ActionFacts, ActionRefusal } from './actions.ts';
import type { ActionRefusalReason } from './refusals.ts';
import { isManual, type SyncRun } from './sync-run.ts';
import { isTerminal } from './transitions.ts';

export const refuse = (reason: ActionRefusalReason, message: string): ActionRefusal => ({ reason, message });

/** Whether an admin insists. */
export const forces = (facts: ActionFacts) =>
  facts.isForced === true && may(facts.viewer, 'force', facts.tenant.id);

export function startRefusal({
  tenant,
  latestRun,
  tenantHasUnfinishedRevert,
  mode,
}: ActionFacts): ActionRefusal | null {
  if (tenant.removedAt) {
    return refuse(
      'WRONG_STATUS',
      'Azure DevOps no longer has this tenant. Restore its repository and pipeline there first.',
    );
  }
  if (latestRun && !isTerminal(latestRun.status)) {
    return refuse(
      'SYNC_ALREADY_OPEN',
      'A sync of this tenant is still open. Wait until it ends, cancel it, or decide it.',
    );
  }
  if (tenantHasUnfinishedRevert) {
    return refuse(
      'REVERT_UNFINISHED',
      "A revert of this tenant's repository is not finished. Start the sync when it is.",
    );
  }
  if (tenant.isBackupOnly && mode === 'FULL') {
    return refuse(
      'BACKUP_ONLY',
      'This tenant is only backed up and never written to. Use the mode BACKUP_ONLY or PREVIEW_ONLY.',
    );
  }
  if (tenant.gate === 'MISSING') {
    return refuse(
      'GATE_MISSING',
      "The tenant requires approval, and its environment in Azure DevOps has no approval check. Add the check, or have an admin change the tenant's policy.",
    );
  }
  return null;
}

export function cancelRefusal(facts: ActionFacts, run: SyncRun): ActionRefusal | null {
  switch (run.status) {
    case 'PENDING_APPROVAL':
      return refuse(
        'WRONG_STATUS',
        'The run waits for a decision: reject it instead, so that the decision is on record.',
      );
    case 'CANCELING':
      return refuse('WRONG_STATUS', 'The run is being cancelled already.');
    case 'COMPLETED':
      return refuse('WRONG_STATUS', 'The run has ended: there is nothing to cancel.');
    default:
  }
  if (forces(facts)) return null;
  if (!isManual(run)) {
    return refuse(
      'SCHEDULED_RUN',
      'Only syncs that a person started can be cancelled. An admin may force it.',
    );
  }
  return run.deployBegan
    ? refuse(
        'DEPLOYING',
        'The run is writing to the tenant: stopping it now would leave the tenant half written. An admin may force it.',
      )
    : null;
}

export const downloadRefusal = (run: SyncRun) =>
  run.buildId === null
    ? refuse('WRONG_STATUS', 'The run has not reached Azure DevOps: there is nothing to download.')
    : null;

export function signInRefusal({ challenge, now }: ActionFacts, run: SyncRun): ActionRefusal | null {
  if (run.status !== 'PENDING_AUTHENTICATION' || !challenge) {
    return refuse('WRONG_STATUS', 'The run does not wait for a sign-in.');
  }
  return challenge.windowEndsAt <= now
    ? refuse('EXPIRED', 'The time to sign in for this run is over. Start the sync again.')
    : null;
}

export function codeRefusal({ challenge, now }: ActionFacts): ActionRefusal | null {
  return challenge?.status === 'OPEN' && challenge.expiresAt > now
    ? null
    : refuse('EXPIRED', 'The code no longer works. Restart the authentication to get another one.');
}

export function retryRevertRefusal({ revert }: ActionFacts): ActionRefusal | null {
  if (!revert)
    return refuse('WRONG_STATUS', 'The run was not rejected with a revert: there is nothing to retry.');
  if (revert.isUnfinished) return refuse('REVERT_UNFINISHED', 'The revert is still going on.');
  return revert.needsAttention
    ? null
    : refuse('WRONG_STATUS', 'The revert is done: there is nothing to retry.');
}

/** Pure: the status menu. */
import { type ActionFacts, refusalFor, SYNC_ACTIONS, type SyncAction } from './actions.ts';
import { artifactsPath, type LinkTo, logsPath } from './file-links.ts';
import type { ActionRefusalReason } from './refusals.ts';

/** One entry of the menu. A link carries its address; what is not allowed says why. */
export type ActionAvailability = {
  action: SyncAction;
  label: string;
  allowed: boolean;
  reason: ActionRefusalReason | null;
  message: string | null;
  url: string | null;
};

/** The product's own words. */
export const ACTION_LABELS = {
  START_SYNC: 'Start sync',
  CANCEL: 'Cancel',
  OPEN_IN_AZURE_DEVOPS: 'Open in Azure DevOps',
  VIEW_JOB: 'View job',
  DOWNLOAD_LOGS: 'Download logs',
  DOWNLOAD_ARTIFACTS: 'Download artifacts',
  AUTHENTICATE: 'Authenticate',
  RESTART_AUTHENTICATION: 'Restart authentication',
  REVIEW: 'Review changes',
  APPROVE: 'Approve',
  REJECT: 'Reject',
  REJECT_AND_REVERT: 'Reject and revert',
  RETRY_REVERT: 'Retry revert',
} as const satisfies Record<SyncAction, string>;

/** Every action, possible or not, in the order of the menu. */
export function offeredActions(facts: ActionFacts, linkTo: LinkTo): ActionAvailability[] {
  return SYNC_ACTIONS.map((action) => {
    const refusal = refusalFor(action, facts);
    return {
      action,
      label: ACTION_LABELS[action],
      allowed: refusal === null,
      reason: refusal?.reason ?? null,
      message: refusal?.message ?? null,
      url: refusal ? null : urlOf(action, facts, linkTo),
    };
  });
}

function urlOf(action: SyncAction, { run, challenge }: ActionFacts, linkTo: LinkTo): string | null {
  if (!run) return null;
  switch (action) {
    case 'OPEN_IN_AZURE_DEVOPS':
      return run.webUrl;
    case 'VIEW_JOB':
      return run.error?.jobUrl ?? run.webUrl;
    case 'DOWNLOAD_LOGS':
      return linkTo(logsPath(run.id));
    case 'DOWNLOAD_ARTIFACTS':
      return linkTo(artifactsPath(run.id));
    case 'AUTHENTICATE':
      return challenge?.verificationUri ?? null;
    default:
      return null;
  }
}

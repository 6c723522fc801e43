/** Pure: the status menu. */
import { type ActionFacts, refusalFor, SYNC_ACTIONS, type SyncAction } from './actions.ts';
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

/** Every action, possible or not, in the order of the menu. `publicUrl` is where this API is reached. */
export function offeredActions(facts: ActionFacts, publicUrl: string): ActionAvailability[] {
  return SYNC_ACTIONS.map((action) => {
    const refusal = refusalFor(action, facts);
    return {
      action,
      label: ACTION_LABELS[action],
      allowed: refusal === null,
      reason: refusal?.reason ?? null,
      message: refusal?.message ?? null,
      url: refusal ? null : urlOf(action, facts, publicUrl),
    };
  });
}

export const logsUrlOf = (publicUrl: string, runId: string) => `${publicUrl}/runs/${runId}/logs`;
export const artifactsUrlOf = (publicUrl: string, runId: string) => `${publicUrl}/runs/${runId}/artifacts`;

function urlOf(action: SyncAction, { run, challenge }: ActionFacts, publicUrl: string): string | null {
  if (!run) return null;
  switch (action) {
    case 'OPEN_IN_AZURE_DEVOPS':
      return run.webUrl;
    case 'VIEW_JOB':
      return run.error?.jobUrl ?? run.webUrl;
    case 'DOWNLOAD_LOGS':
      return logsUrlOf(publicUrl, run.id);
    case 'DOWNLOAD_ARTIFACTS':
      return artifactsUrlOf(publicUrl, run.id);
    case 'AUTHENTICATE':
      return challenge?.verificationUri ?? null;
    default:
      return null;
  }
}

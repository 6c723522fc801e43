import type { ActionRefusalReason } from './refusals.ts';

/** The entries of the status menu. */
export const SYNC_ACTIONS = [
  'START_SYNC',
  'CANCEL',
  'OPEN_IN_AZURE_DEVOPS',
  'VIEW_JOB',
  'DOWNLOAD_LOGS',
  'DOWNLOAD_ARTIFACTS',
  'AUTHENTICATE',
  'RESTART_AUTHENTICATION',
  'REVIEW',
  'APPROVE',
  'REJECT',
  'REJECT_AND_REVERT',
  'RETRY_REVERT',
] as const;
export type SyncAction = (typeof SYNC_ACTIONS)[number];

/** One entry of the menu. A link carries its address; what is not allowed says why. */
export type ActionAvailability = {
  action: SyncAction;
  label: string;
  allowed: boolean;
  reason: ActionRefusalReason | null;
  url: string | null;
};

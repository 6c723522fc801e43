/** What Azure DevOps is asked to tell the API by itself: its service hooks, and where they are sent. */

/** Below the API's address. */
export const HOOK_PATH = '/hooks/azure-devops';
/** The user name beside the password; nobody checks it. */
export const HOOK_USER = 'tenant-sync';

export const HOOK_PUBLISHER = 'pipelines';
export const HOOK_RESOURCE_VERSION = '5.1-preview.1';

/** One subscription for each of them and each project. */
export const HOOK_EVENTS = {
  run: 'ms.vss-pipelines.run-state-changed-event',
  stage: 'ms.vss-pipelines.stage-state-changed-event',
  approvalPending: 'ms.vss-pipelinechecks-events.approval-pending',
  approvalCompleted: 'ms.vss-pipelinechecks-events.approval-completed',
} as const;

import type { StageObservation } from '../azure-devops/port.ts';
import { builder } from '../graphql/builder.ts';
import { enumOf } from '../graphql/enums.ts';
import type { SyncAction } from './actions.ts';
import type { ActionAvailability } from './offered-actions.ts';
import type { ActionRefusalReason } from './refusals.ts';
import type { SyncError } from './sync-run.ts';
import { StageStateEnum, SyncStageEnum } from './sync-run-enums.graphql.ts';

export const SyncRunStageType = builder.objectRef<StageObservation>('SyncRunStage').implement({
  description: 'One stage of a run.',
  fields: (t) => ({
    stage: t.expose('stage', { type: SyncStageEnum, description: 'Which stage.' }),
    state: t.expose('state', { type: StageStateEnum, description: 'What it is doing.' }),
    attempt: t.exposeInt('attempt', {
      description: 'How often it was begun; more than 1 when it was retried in Azure DevOps.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it began.' }),
    completedAt: t.expose('completedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

export const SyncErrorType = builder.objectRef<SyncError>('SyncError').implement({
  description: 'What went wrong in a run.',
  fields: (t) => ({
    message: t.exposeString('message', {
      description: "The pipeline's own best message; what “Copy error” copies.",
    }),
    code: t.exposeString('code', { description: "The pipeline's own code, or one of this service." }),
    stage: t.expose('stage', {
      type: SyncStageEnum,
      nullable: true,
      description: 'Where it happened; null when no stage had begun.',
    }),
    jobUrl: t.exposeString('jobUrl', { nullable: true, description: 'The failed job in Azure DevOps.' }),
    isPartial: t.exposeBoolean('isPartial', {
      description: 'Some of the work was done: the tenant may be half written, or the backup reduced.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

export const SyncActionEnum = enumOf<SyncAction>('SyncAction', 'The entries of the status menu.', {
  START_SYNC: 'Start a sync of the tenant: `startSync`.',
  CANCEL: 'Stop the run: `cancelSync`.',
  OPEN_IN_AZURE_DEVOPS: 'Open the run in Azure DevOps; `url` is its address.',
  VIEW_JOB: 'Open the failed job in Azure DevOps; `url` is its address.',
  DOWNLOAD_LOGS: "Download the run's logs as a zip from `url`, with the same Authorization header.",
  DOWNLOAD_ARTIFACTS: "List the run's artifacts at `url`, with the same Authorization header.",
  AUTHENTICATE: "Sign in at `url` with the code in the run's `authentication`.",
  RESTART_AUTHENTICATION: 'Get another code: `restartAuthentication`.',
  REVIEW: "Look at the changes: the run's `changeSet`.",
  APPROVE: 'Have the changes written to the tenant: `approveChangeSet`.',
  REJECT: 'Keep the changes in the repository for a later sync: `rejectChangeSet`.',
  REJECT_AND_REVERT:
    "Discard the changes, so that the repository has the tenant's state again: `rejectAndRevertChangeSet`.",
  RETRY_REVERT: 'Try a revert again that failed or found conflicts: `retryRevert`.',
});

export const ActionRefusalReasonEnum = enumOf<ActionRefusalReason>(
  'ActionRefusalReason',
  'Why an action is not possible: the same words in the menu and in the answer to a mutation.',
  {
    NOT_PERMITTED: "The viewer's roles do not allow it.",
    WRONG_STATUS: 'It makes no sense in the present status.',
    SCHEDULED_RUN: 'Only runs that a person started can be cancelled; an admin may force it.',
    DEPLOYING: 'The run is writing to the tenant; an admin may force it.',
    SYNC_ALREADY_OPEN: 'A sync of the tenant is still open.',
    SUPERSEDED: 'A newer run exists, so the preview of this one is stale; an admin may force it.',
    ALREADY_DECIDED: 'The run was decided already, or by this viewer.',
    NOT_AN_APPROVER: "The tenant's policy names its approvers, and the viewer is none of them.",
    FOUR_EYES: 'Whoever asked for the sync may not decide it.',
    GATE_MISSING: 'Approval is required and Azure DevOps has no gate.',
    REVERT_UNFINISHED: 'A revert of the repository is still going on.',
    BACKUP_ONLY: 'The tenant is only backed up, never written to.',
    EXPIRED: 'The time for it is over.',
    UPSTREAM_UNAVAILABLE: 'Azure DevOps cannot be reached.',
  },
);

export const ActionAvailabilityType = builder.objectRef<ActionAvailability>('ActionAvailability').implement({
  description: 'One entry of the status menu, for this viewer, now.',
  fields: (t) => ({
    action: t.expose('action', { type: SyncActionEnum, description: 'The action.' }),
    label: t.exposeString('label', { description: "The entry's text in the product's own words." }),
    allowed: t.exposeBoolean('allowed', { description: 'Whether it can be done now.' }),
    reason: t.expose('reason', {
      type: ActionRefusalReasonEnum,
      nullable: true,
      description: 'Why not; null when it is allowed.',
    }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'The reason and what to do, for people; null when it is allowed.',
    }),
    url: t.exposeString('url', {
      nullable: true,
      description: 'Where a link leads; null for what is no link, and when it is not allowed.',
    }),
  }),
});

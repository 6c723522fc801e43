import type { StageState } from '../azure-devops/port.ts';
import { enumOf } from '../graphql/enums.ts';
import type { SyncMode, SyncStage } from '../pipeline/contract.ts';
import type { ChallengeStatus } from './challenge.ts';
import type { CanceledBy, SyncRunOutcome, SyncRunStatus, SyncTrigger, SyncWait } from './sync-run.ts';

export const SyncRunStatusEnum = enumOf<SyncRunStatus>('SyncRunStatus', 'Where a run is on its way.', {
  STARTING: 'Asked for; waits for an agent of Azure DevOps.',
  IN_PROGRESS: 'A stage is running.',
  PENDING_AUTHENTICATION: 'Waits for somebody to sign in to the tenant.',
  PENDING_APPROVAL: 'Waits for a decision on its changes. Nothing was written to the tenant.',
  CANCELING: 'Asked to stop. It may still end in any outcome: whoever won the race is told.',
  COMPLETED: 'Ended; `outcome` says how.',
});

export const SyncRunOutcomeEnum = enumOf<SyncRunOutcome>('SyncRunOutcome', 'How a run ended.', {
  SUCCEEDED: 'Nothing needed to change, all changes were written, or the mode asked for no writing.',
  PARTIALLY_SUCCEEDED: 'Some changes were not written; their results say which.',
  FAILED: 'It went wrong; `error` says how.',
  CANCELED: 'A person or Azure DevOps cancelled it.',
  TIMED_OUT: "The pipeline's own time limit ended it.",
  AUTHENTICATION_EXPIRED: 'Nobody signed in to the tenant in time, or the sign-in was declined.',
  REJECTED: 'A person rejected its changes. Nothing was written to the tenant.',
  APPROVAL_EXPIRED: 'Nobody decided in time. Nothing was written to the tenant.',
});

export const SyncTriggerEnum = enumOf<SyncTrigger>('SyncTrigger', 'What started a run.', {
  MANUAL: 'A person, here or in Azure DevOps. Only such runs can be cancelled.',
  SCHEDULED: "The pipeline's schedule.",
  UNKNOWN: 'Azure DevOps gives a reason that this service does not know.',
});

export const SyncModeEnum = enumOf<SyncMode>('SyncMode', 'How far a sync goes.', {
  FULL: 'Back up, preview, and write the changes when they are approved.',
  PREVIEW_ONLY: 'Back up and list what would change; write nothing.',
  BACKUP_ONLY: 'Back up only.',
});

export const SyncStageEnum = enumOf<SyncStage>('SyncStage', 'The stages of a sync, in their order.', {
  AUTHENTICATE: 'Gets a credential for the tenant.',
  BACKUP: "Stores the tenant's configuration in the repository.",
  PREVIEW: 'Lists what the repository would change in the tenant.',
  DEPLOY: 'Writes the changes to the tenant, behind the approval.',
});

export const StageStateEnum = enumOf<StageState>('StageState', 'What a stage is doing.', {
  PENDING: 'Not begun.',
  RUNNING: 'Running.',
  WAITING: 'Waiting for an approval.',
  SUCCEEDED: 'Ended well.',
  FAILED: 'Ended badly.',
  CANCELED: 'Was stopped.',
  SKIPPED: 'Was not needed, or not reached.',
});

export const CanceledByEnum = enumOf<CanceledBy>('CanceledBy', 'Who cancelled a run.', {
  PERSON: 'A person, here or in Azure DevOps.',
  SYSTEM: 'Azure DevOps itself.',
});

export const SyncWaitEnum = enumOf<SyncWait>(
  'SyncWait',
  'What a run waits for, besides what its status says.',
  {
    PERMISSION:
      'An administrator has to permit the pipeline to use its environment (or another resource) in Azure DevOps. No approval is asked for before.',
  },
);

export const ChallengeStatusEnum = enumOf<ChallengeStatus>('ChallengeStatus', 'What became of a sign-in.', {
  OPEN: 'The code can be entered now.',
  SIGNED_IN: 'Somebody signed in.',
  DECLINED: 'The person who had the code declined.',
  EXPIRED: 'Nobody entered the code in time.',
  REPLACED: 'A newer code counts.',
  FAILED: 'Entra refused in another way, or this service lost track of it. Restart the authentication.',
});

import { enumOf } from '../graphql/enums.ts';
import type { ChangeKind, ChangeResultWord } from '../pipeline/contract.ts';
import type { DecisionChannel, DecisionState, DecisionVerdict, RevertStatus } from './change-set.ts';

export const ChangeKindEnum = enumOf<ChangeKind>(
  'ChangeKind',
  'What a change does to an object of the tenant.',
  {
    ADDED: 'The tenant does not have the object: it is created.',
    CHANGED: 'The tenant has the object with other properties: it is updated.',
    REMOVED: 'The repository no longer has the object: it is removed from the tenant.',
  },
);

export const ChangeResultStatusEnum = enumOf<ChangeResultWord>(
  'ChangeResultStatus',
  'What became of a change at deploy.',
  {
    APPLIED: 'It was written to the tenant.',
    SKIPPED: 'It was not written, and was not needed.',
    FAILED: 'The tenant refused it.',
  },
);

export const DecisionVerdictEnum = enumOf<DecisionVerdict>('DecisionVerdict', 'What was decided.', {
  APPROVE: 'Write the changes to the tenant.',
  REJECT: 'Do not; the repository keeps the changes for a later sync.',
  REJECT_AND_REVERT: "Do not; the repository returns to the tenant's state.",
});

export const DecisionChannelEnum = enumOf<DecisionChannel>('DecisionChannel', 'Where a decision was made.', {
  API: 'Through this API, by the digest of what was reviewed.',
  PORTAL: 'In the portal of Azure DevOps, which knows no digest.',
});

export const DecisionStateEnum = enumOf<DecisionState>('DecisionState', 'How far a decision has come.', {
  SENDING: 'On record here; Azure DevOps does not have it yet.',
  SETTLED: 'Azure DevOps has it.',
  FAILED: 'It did not count: the content had changed, or Azure DevOps refused it. It may be made again.',
});

export const RevertStatusEnum = enumOf<RevertStatus>('RevertStatus', 'How far a revert has come.', {
  QUEUED: 'Will begin soon.',
  RUNNING: 'Is being written.',
  DONE: "The repository has the tenant's state again.",
  NOTHING_TO_DO: "The repository had the tenant's state already.",
  CONFLICT: 'Files were edited since the preview. Nothing was written: `conflictingPaths` names them.',
  PULL_REQUEST_OPEN: 'The branch is protected: a pull request waits to be completed.',
  PULL_REQUEST_ABANDONED: 'The pull request was abandoned. Nothing was written.',
  FAILED: 'It went wrong; `error` says how.',
});

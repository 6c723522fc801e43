import type { ChangeKind, ChangeResultWord } from '../pipeline/contract.ts';
import type { Actor } from '../events/actor.ts';
import type { ChangeId, ChangeSetId, DecisionId, RevertId, RunId, TenantId } from '../lib/ids.ts';

export type ChangeSummary = {
  added: number;
  changed: number;
  removed: number;
  applied: number;
  skipped: number;
  failed: number;
};

export type ChangeSet = {
  id: ChangeSetId;
  runId: RunId;
  tenantId: TenantId;
  /** Lower-case hexadecimal SHA-256. */
  digest: string;
  /** Attempt of the preview that made it. */
  attempt: number;
  tenantStateSha: string;
  desiredSha: string;
  summary: ChangeSummary;
  createdAt: Date;
};

/** One property of one changed object. `before` and `after` are JSON texts; both null when sensitive. */
export type PropertyChange = {
  path: string;
  before: string | null;
  after: string | null;
  isSensitive: boolean;
};

export type Change = {
  id: ChangeId;
  changeSetId: ChangeSetId;
  position: number;
  kind: ChangeKind;
  configurationType: string;
  category: string;
  displayName: string;
  path: string;
  properties: PropertyChange[];
  diff: string;
  result: ChangeResultWord | null;
  resultError: string | null;
};

export const VERDICTS = ['APPROVE', 'REJECT', 'REJECT_AND_REVERT'] as const;
export type DecisionVerdict = (typeof VERDICTS)[number];
export const DECISION_STATES = ['SENDING', 'SETTLED', 'FAILED'] as const;
export type DecisionState = (typeof DECISION_STATES)[number];
export const DECISION_CHANNELS = ['API', 'PORTAL'] as const;
export type DecisionChannel = (typeof DECISION_CHANNELS)[number];

export type Decision = {
  id: DecisionId;
  runId: RunId;
  approvalId: string;
  changeSetId: ChangeSetId | null;
  verdict: DecisionVerdict;
  by: Actor;
  /** Who counts as one person: a person's own key counts as the person. */
  personId: string;
  at: Date;
  comment: string | null;
  /** null when decided in the portal, where nobody names a digest. */
  digest: string | null;
  via: DecisionChannel;
  state: DecisionState;
  error: string | null;
};

export const REVERT_STATUSES = [
  'QUEUED',
  'RUNNING',
  'DONE',
  'NOTHING_TO_DO',
  'CONFLICT',
  'PULL_REQUEST_OPEN',
  'PULL_REQUEST_ABANDONED',
  'FAILED',
] as const;
export type RevertStatus = (typeof REVERT_STATUSES)[number];

export type Revert = {
  id: RevertId;
  runId: RunId;
  changeSetId: ChangeSetId;
  status: RevertStatus;
  commit: string | null;
  conflictingPaths: string[];
  overwritePaths: string[];
  pullRequestId: number | null;
  pullRequestUrl: string | null;
  error: string | null;
  requestedBy: Actor;
  comment: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};

/** While one of these, a new sync of the tenant is refused. */
export const isUnfinishedRevert = (status: RevertStatus) =>
  status === 'QUEUED' || status === 'RUNNING' || status === 'PULL_REQUEST_OPEN';
export const revertNeedsAttention = (status: RevertStatus) =>
  status === 'CONFLICT' || status === 'FAILED' || status === 'PULL_REQUEST_ABANDONED';

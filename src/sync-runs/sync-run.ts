import type { SyncMode, SyncStage } from '../pipeline/contract.ts';
import type { StageObservation } from '../azure-devops/port.ts';
import type { Actor } from '../events/actor.ts';
import type { RunId, TenantId } from '../lib/ids.ts';

export const SYNC_RUN_STATUSES = [
  'STARTING',
  'IN_PROGRESS',
  'PENDING_AUTHENTICATION',
  'PENDING_APPROVAL',
  'CANCELING',
  'COMPLETED',
] as const;
export type SyncRunStatus = (typeof SYNC_RUN_STATUSES)[number];

export const SYNC_RUN_OUTCOMES = [
  'SUCCEEDED',
  'PARTIALLY_SUCCEEDED',
  'FAILED',
  'CANCELED',
  'TIMED_OUT',
  'AUTHENTICATION_EXPIRED',
  'REJECTED',
  'APPROVAL_EXPIRED',
] as const;
export type SyncRunOutcome = (typeof SYNC_RUN_OUTCOMES)[number];

export const SYNC_TRIGGERS = ['MANUAL', 'SCHEDULED', 'UNKNOWN'] as const;
export type SyncTrigger = (typeof SYNC_TRIGGERS)[number];

export const CANCELERS = ['PERSON', 'SYSTEM'] as const;
export type CanceledBy = (typeof CANCELERS)[number];

/** What went wrong, as the status menu shows and copies it. `code` is the pipeline's own, or one of ours. */
export type SyncError = {
  code: string;
  message: string;
  stage: SyncStage | null;
  jobUrl: string | null;
  isPartial: boolean;
  occurredAt: string;
};

/** The gate of a run, as last observed: who may decide, who did, until when. */
export type Approval = {
  approvalId: string;
  required: number;
  given: number;
  order: 'ANY' | 'IN_SEQUENCE';
  selfApprovalAllowed: boolean;
  expiresAt: string | null;
  steps: ApprovalStep[];
};
export type ApprovalStep = {
  approver: { id: string; displayName: string; isGroup: boolean };
  decidedBy: { id: string; displayName: string } | null;
  verdict: 'APPROVED' | 'REJECTED' | null;
  comment: string | null;
  decidedAt: string | null;
};

/** What an open run waits for, besides what its status says: an administrator of Azure DevOps has to permit something. */
export const SYNC_WAITS = ['PERMISSION'] as const;
export type SyncWait = (typeof SYNC_WAITS)[number];

export type SyncRun = {
  id: RunId;
  tenantId: TenantId;
  buildId: number | null;
  name: string | null;
  attempt: number;
  status: SyncRunStatus;
  outcome: SyncRunOutcome | null;
  isSuperseded: boolean;
  canceledBy: CanceledBy | null;
  version: number;
  trigger: SyncTrigger;
  mode: SyncMode;
  comment: string | null;
  requestedBy: Actor | null;
  queuedAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  stages: StageObservation[];
  error: SyncError | null;
  approval: Approval | null;
  /** The tenant may have been written to. */
  deployBegan: boolean;
  waitsFor: SyncWait | null;
  cancelRequestedBy: Actor | null;
  cancelRequestedAt: Date | null;
  /** Projection of the run's revert; null when there is none. */
  revertStatus: string | null;
  webUrl: string | null;
  /** Azure's own stamp of the last observed change: equal stamps need no timeline. */
  changedAt: string | null;
  observedAt: Date;
};

/** A manual run may be cancelled; a scheduled one only by an admin. */
/** Ids that Azure DevOps gives have no directory or kind before them. */
export const wasStartedHere = ({ requestedBy }: Pick<SyncRun, 'requestedBy'>) =>
  requestedBy !== null && requestedBy.kind !== 'AZURE_DEVOPS' && requestedBy.id.includes('/');

export const isManual = (run: Pick<SyncRun, 'trigger'>) => run.trigger === 'MANUAL';

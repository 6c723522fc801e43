/** A run of a pipeline, as the simulated Azure DevOps remembers it. */
import type { SyncStage } from '../../pipeline/contract.ts';
import type { RunPhase } from '../contract.ts';
import type { Identity } from './identity.ts';
import type { Approval } from './model.ts';

export type BuildStatus = 'notStarted' | 'inProgress' | 'cancelling' | 'completed';
export type BuildResult = 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';

export type RecordState = 'pending' | 'inProgress' | 'completed';
export type RecordResult =
  'succeeded' | 'succeededWithIssues' | 'failed' | 'canceled' | 'skipped' | 'abandoned';
export type RecordType =
  'Stage' | 'Checkpoint' | 'Checkpoint.Authorization' | 'Checkpoint.Approval' | 'Phase' | 'Job' | 'Task';

export type Issue = {
  type: 'error' | 'warning';
  category: string;
  message: string;
  data: Record<string, string>;
};

/** In the wire's own shape, but for the links. */
export type TimelineRecord = {
  id: string;
  parentId: string | null;
  type: RecordType;
  name: string;
  identifier: string;
  startTime: string | null;
  finishTime: string | null;
  currentOperation: string | null;
  percentComplete: number | null;
  state: RecordState;
  result: RecordResult | null;
  changeId: number;
  lastModified: string;
  workerName: string | null;
  order: number;
  logId: number | null;
  taskName: string | null;
  attempt: number;
  previousAttempts: { attempt: number; timelineId: string; recordId: string }[];
  issues: Issue[];
};

export type Log = { id: number; recordId: string; createdOn: string; lastChangedOn: string; lines: string[] };

export type Attachment = {
  timelineId: string;
  recordId: string;
  type: string;
  name: string;
  content: string;
};

export type Artifact = { id: number; name: string; recordId: string; files: Record<string, string> };

export type Build = {
  id: number;
  organization: string;
  projectId: string;
  definitionId: number;
  buildNumber: string;
  reason: 'manual' | 'schedule';
  status: BuildStatus;
  result: BuildResult | null;
  queueTime: string;
  startTime: string | null;
  finishTime: string | null;
  lastChangedDate: string;
  lastChangedBy: Identity;
  requestedBy: Identity;
  requestedFor: Identity;
  canceledBy: Identity | null;
  sourceBranch: string;
  sourceVersion: string;
  templateParameters: Record<string, string>;
  /** Errors that refused the run before it had a timeline. */
  validationErrors: string[];
  tags: string[];
  properties: Record<string, string>;
  isDeleted: boolean;
  planId: string;
  /** The timeline of the newest attempts; older ones lie in `pastTimelines`. */
  timelineId: string;
  changeId: number;
  records: TimelineRecord[];
  pastTimelines: { id: string; records: TimelineRecord[] }[];
  logs: Log[];
  attachments: Attachment[];
  artifacts: Artifact[];
  /** One for each time that the run came to its gate, oldest first. */
  approvals: Approval[];
  /** What the preview found; null before it has ended. */
  changesNeeded: boolean | null;
  /** Stages that a person ended, without ending the run. */
  stagesToCancel: SyncStage[];
  /** Azure has not heard of its agent any more; what it did is left as it is. */
  hasLostAgent?: boolean;
  phase: RunPhase;
  phaseSince: string;
};

export const isOpen = (build: Build): boolean => build.status !== 'completed';

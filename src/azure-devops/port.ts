/**
 * What the product asks of Azure DevOps, in the product's words. The adapter beside this file answers it over
 * HTTP; nothing above this room knows a route, a header or one of Azure's enum words.
 *
 * Every function throws UpstreamError when Azure is away, refuses, or answers something that cannot be understood.
 */
import type { Readable } from 'node:stream';
import type {
  ChangeSetAttachment,
  ErrorAttachment,
  ResultsAttachment,
  SyncMode,
  SyncStage,
  TenantFile,
} from '../pipeline/contract.ts';

/** One Azure DevOps project, by the names of its configuration. */
export type ProjectRef = { organization: string; project: string };

// ── Discovery ────────────────────────────────────────────────────────────────────────────────

export type Gate = {
  approvers: { id: string; displayName: string; isGroup: boolean }[];
  minRequired: number;
  order: 'ANY' | 'IN_SEQUENCE';
  selfApprovalAllowed: boolean;
  timeoutMinutes: number;
  /** Whether the service itself may answer it. A group may hold the service, and its members cannot be seen. */
  service: 'LISTED' | 'NOT_LISTED' | 'UNKNOWN';
};

/** A repository with a sync pipeline. Names may change in Azure DevOps, the ids do not. */
export type DiscoveredTenant = {
  projectId: string;
  repositoryId: string;
  repositoryUrl: string;
  name: string;
  pipelineId: number;
  environmentId: number | null;
  /** null: the environment, or its approval check, does not exist. */
  gate: Gate | null;
  /** null: the repository has no readable tenant file. */
  file: TenantFile | null;
  /** Repository name of the baseline, from `.gitmodules`. */
  baselineRepository: string | null;
  /** Five-field cron expressions (UTC) from the pipeline's YAML. */
  schedules: string[];
};

/** Where a tenant was found before: what was renamed since is found again by its id. */
export type KnownPlace = Pick<DiscoveredTenant, 'repositoryId' | 'pipelineId' | 'environmentId'>;

// ── Runs ─────────────────────────────────────────────────────────────────────────────────────

export const STAGE_STATES = [
  'PENDING',
  'RUNNING',
  'WAITING',
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'SKIPPED',
] as const;
export type StageState = (typeof STAGE_STATES)[number];
export type StageObservation = {
  stage: SyncStage;
  state: StageState;
  attempt: number;
  startedAt: string | null;
  completedAt: string | null;
};

export type ApprovalStatus =
  'PENDING' | 'APPROVED' | 'REJECTED' | 'TIMED_OUT' | 'CANCELED' | 'SKIPPED' | 'UNKNOWN';

/** One gate of one run, as Azure tells it. */
export type ApprovalObservation = {
  approvalId: string;
  /** null in a list whose answer did not say it; the timeline proves it. */
  buildId: number | null;
  status: ApprovalStatus;
  minRequired: number;
  order: 'ANY' | 'IN_SEQUENCE';
  createdAt: string | null;
  steps: ApprovalStepObservation[];
  blockedApproverIds: string[];
};
export type ApprovalStepObservation = {
  assignedTo: { id: string; displayName: string; isGroup: boolean };
  actualApprover: { id: string; displayName: string } | null;
  status: ApprovalStatus;
  comment: string | null;
  decidedAt: string | null;
};

export type BuildPhase = 'QUEUED' | 'RUNNING' | 'CANCELING' | 'FINISHED';
export type BuildResult = 'SUCCEEDED' | 'PARTIALLY_SUCCEEDED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

/** One row of the list of builds: enough to see that something moved, without a timeline. */
export type BuildObservation = {
  buildId: number;
  pipelineId: number;
  runName: string;
  phase: BuildPhase;
  result: BuildResult | null;
  trigger: 'MANUAL' | 'SCHEDULED' | 'UNKNOWN';
  requestedFor: { id: string; displayName: string } | null;
  canceledBy: { id: string; displayName: string } | null;
  syncRequestId: string | null;
  comment: string | null;
  mode: SyncMode;
  tags: string[];
  queuedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** Changes when anything of the build changed. */
  changedAt: string | null;
  webUrl: string;
  /** Messages of a build that was refused before it had a timeline (invalid YAML). */
  validationErrors: string[];
  isDeleted: boolean;
};

/** Build, timeline and approvals of one run, read together. */
export type RunObservation = BuildObservation & {
  /** The highest attempt of any stage, from 1. */
  attempt: number;
  stages: StageObservation[];
  /** Gates that the timeline shows, open and closed, oldest first; read from the approvals, not only the timeline. */
  approvals: ApprovalObservation[];
  /** A stage waits for a permission in Azure DevOps (first use of an environment), not for an approval. */
  needsAuthorization: boolean;
  /** Errors of the timeline, best first: own codes before generic messages. */
  issues: { stage: SyncStage | null; code: string | null; message: string }[];
  /** A job was ended by the pipeline's own time limit. */
  hitTimeLimit: boolean;
  /** Address of the failed job in Azure DevOps. */
  jobUrl: string | null;
};

/** What three requests tell about a project. `watermark` is to be given back at the next look. */
export type ProjectLook = {
  active: BuildObservation[];
  finished: BuildObservation[];
  pendingApprovals: ApprovalObservation[];
  watermark: string;
};

export type QueueSync = {
  pipelineId: number;
  syncRequestId: string;
  comment: string;
  mode: SyncMode;
  /** Called right before Azure is asked: what this throws is thrown, and nothing was started. */
  beforeSending?: () => void;
};

export type Verdict = 'APPROVED' | 'REJECTED';

/** With it Azure DevOps takes us for the person. A secret. */
export type PersonToken = { accessToken: string; expiresAt: string };

export type GateAnswer = {
  approvalId: string;
  verdict: Verdict;
  comment: string;
  /** null: the service itself answers. */
  asPerson: (PersonToken & { personId: string }) | null;
};

export type RunFile = { name: string; contentType: string; body: Readable; sizeBytes: number | null };
export type ArtifactObservation = { name: string; kind: string };

// ── Repositories ─────────────────────────────────────────────────────────────────────────────

export type RepositoryRef = ProjectRef & { repositoryId: string };
/** Paths have no leading slash: `Source/Resources/Content/…`, as everywhere above this room. */
/** Paths have no leading slash; null removes the file. */
export type FileChange = { path: string; content: Buffer } | { path: string; content: null };

/** `moved`: the branch has another head by now. `protected`: a branch policy wants a pull request. */
export type PushResult = { kind: 'pushed'; commit: string } | { kind: 'moved' } | { kind: 'protected' };

export type PullRequest = { id: number; url: string; state: 'OPEN' | 'COMPLETED' | 'ABANDONED' };

/** The port. One object serves every configured project. */
export type AzureDevOps = {
  discoverTenants(project: ProjectRef, known?: readonly KnownPlace[]): Promise<DiscoveredTenant[]>;
  /** `since`: the watermark of the last look, null at the first. */
  lookAtProject(project: ProjectRef, since: string | null): Promise<ProjectLook>;
  /**
   * null: Azure DevOps does not know the run (deleted, or never existed). A build and pending approvals that a look
   * has just shown are not asked for again: then it takes one request, for the timeline.
   */
  readRun(
    project: ProjectRef,
    build: number | BuildObservation,
    pending?: ApprovalObservation[],
  ): Promise<RunObservation | null>;
  queueSync(project: ProjectRef, sync: QueueSync): Promise<BuildObservation>;
  /** The build that carries this request id, for the case that the answer to queueSync was lost. */
  findSync(project: ProjectRef, pipelineId: number, syncRequestId: string): Promise<BuildObservation | null>;
  cancelRun(project: ProjectRef, buildId: number): Promise<void>;
  readApproval(project: ProjectRef, approvalId: string): Promise<ApprovalObservation | null>;
  /** What to answer gates with as the person whose access token this is; null: the service can represent nobody. */
  exchangeToken(assertion: string): Promise<PersonToken | null>;
  answerGate(project: ProjectRef, answer: GateAnswer): Promise<ApprovalObservation>;

  /** null: not (or not yet) there, or lost. */
  readChangeSet(project: ProjectRef, buildId: number): Promise<ChangeSetAttachment | null>;
  readResults(project: ProjectRef, buildId: number): Promise<ResultsAttachment | null>;
  readError(project: ProjectRef, buildId: number): Promise<ErrorAttachment | null>;
  listArtifacts(project: ProjectRef, buildId: number): Promise<ArtifactObservation[]>;
  downloadLogs(project: ProjectRef, buildId: number): Promise<RunFile>;
  downloadArtifact(project: ProjectRef, buildId: number, artifact: string): Promise<RunFile>;

  /** null: no such branch. */
  readHead(repository: RepositoryRef, branch: string): Promise<string | null>;
  /** Path (without a leading slash) → blob id of every file at a commit. */
  listFiles(repository: RepositoryRef, commit: string): Promise<Map<string, string>>;
  readBlob(repository: RepositoryRef, blobId: string): Promise<Buffer>;
  /** One commit on `expectedHead`, only if the branch still stands there. */
  pushChanges(
    repository: RepositoryRef,
    push: { branch: string; expectedHead: string; message: string; changes: FileChange[] },
  ): Promise<PushResult>;
  openPullRequest(
    repository: RepositoryRef,
    request: { from: string; into: string; title: string; description: string },
  ): Promise<PullRequest>;
  readPullRequest(repository: RepositoryRef, id: number): Promise<PullRequest | null>;
};

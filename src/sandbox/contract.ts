/**
 * What the parts of the sandbox know of each other: the simulated Azure DevOps runs stages on simulated tenants,
 * Entra signs people in to them, and the control API and the scenarios change the world from outside.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentCall } from '../agent/run-agent.ts';
import type { SyncMode, SyncStage, TenantAuthentication } from '../pipeline/contract.ts';

/** Answers requests below its prefix; false when the path is not its own. */
export type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

/** Time inside the sandbox: `sleep` and deadlines run `timeScale` times as fast as the wall clock. */
export type SandboxClock = {
  now(): Date;
  timeScale: number;
  /** Sandbox milliseconds. Resolves early, without throwing, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export type TenantKey = { organization: string; project: string; repository: string };

/** What the world needs to lay a tenant into a project: repository, pipeline, environment, gate, connection. */
export type TenantBlueprint = TenantKey & {
  directoryId: string;
  displayName: string;
  domain: string;
  authentication: TenantAuthentication;
  backupOnly: boolean;
  /** Repository name of the baseline in the same project; becomes a git submodule. */
  baseline: string | null;
  /** It has what it does not override from its baseline; absent: its repository holds everything. */
  takesBaseline?: boolean;
  /** Cron of the schedule written into the YAML. */
  schedule: string | null;
  hasGate: boolean;
  approvers: { displayName: string; isGroup: boolean }[];
  minRequired: number;
  /** First content of `main` besides the tenant file, the YAML and the module file. */
  files: Map<string, string>;
};

/** How a tenant's next runs shall behave; set by scenarios and the control API. Durations are sandbox milliseconds. */
export type Behaviour = {
  /** Time in the queue before an agent takes the run (Starting). */
  queueMs?: number;
  /** Additional time inside a stage (In progress). */
  slowStage?: { stage: SyncStage; ms: number } | undefined;
  /** The stage fails with this message and code. */
  failStage?: { stage: SyncStage; message: string; code?: string } | undefined;
  /** Time between the deploy stage's start to wait and the moment when its approval is there. */
  gateLateMs?: number;
  /** Time that agents need to stop after a cancel. */
  cancelMs?: number;
  /** Variables of the pipeline, which its jobs have in their environment. */
  variables?: Readonly<Record<string, string>>;
};

export type RunPhase =
  'QUEUED' | 'RUNNING' | 'WAITING_FOR_SIGN_IN' | 'WAITING_AT_GATE' | 'CANCELING' | 'FINISHED';

/** A run as scenarios see it. */
export type SandboxRun = TenantKey & {
  buildId: number;
  phase: RunPhase;
  result: string | null;
  reason: 'manual' | 'schedule';
  mode: SyncMode;
  /** When the present phase began. */
  since: Date;
};

/** The simulated Azure DevOps, as the rest of the sandbox uses it. */
export type AzureDevOpsWorld = {
  addTenant(blueprint: TenantBlueprint): Promise<void>;
  tenants(): TenantKey[];
  /** Newest first. */
  runs(key?: TenantKey): SandboxRun[];
  /** Starts the pipeline as its schedule would; returns the build id. */
  runSchedule(key: TenantKey): Promise<number>;
  cancel(buildId: number, as: string): Promise<void>;
  /** Runs the failed stages of a finished run again, as a new attempt of the same run. */
  retry(buildId: number, as: string): Promise<void>;
  /** Decides an open gate as somebody in the portal would. */
  decideInPortal(
    buildId: number,
    verdict: 'approved' | 'rejected',
    by: string,
    comment: string,
  ): Promise<void>;
  setBehaviour(key: TenantKey, behaviour: Behaviour): void;
  behaviourOf(key: TenantKey): Behaviour;
  /** Edits `main` as somebody in the portal would; null content removes. Returns the commit. */
  editFile(key: TenantKey, path: string, content: string | null, message: string): Promise<string>;
  readFile(key: TenantKey, branch: string, path: string): Promise<string | null>;
  /** Every file at the head of the branch; empty when there is no such branch. */
  readFiles(key: TenantKey, branch: string): Promise<Map<string, string>>;
  route: Route;
  stop(): Promise<void>;
};

/** How the simulated Azure DevOps gets at the rest: given to it when it is made. */
export type AzureDevOpsWorldOptions = {
  dataFolder: string;
  clock: SandboxClock;
  /** Where this server is reached, without a trailing slash: `http://127.0.0.1:4100`. */
  baseUrl: () => string;
  /** Where stages ask for credentials; asked at each use, the API may start later. */
  apiUrl: () => string;
  /** Microsoft Graph, for the connections of the stages. */
  graphUrl: () => string;
  entraUrl: () => string;
  /** What the steps of a job run: the pipeline's command, in this process unless somebody wants it elsewhere. */
  runAgent: (call: AgentCall) => Promise<number>;
  /** Whose token a bearer is; null when Entra did not issue it, or it expired. Absent: every bearer is accepted. */
  identify?: (bearer: string) => Promise<SandboxIdentity | null>;
};

/** The person or the app that a token was issued to. */
export type SandboxIdentity = { id: string; displayName: string; isService: boolean };

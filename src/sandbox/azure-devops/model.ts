/** What the simulated Azure DevOps remembers, apart from builds (build.ts) and Git (git/). */
import type { Behaviour, TenantKey } from '../contract.ts';
import type { Identity } from './identity.ts';
import type { Denial } from './permissions.ts';

export type Project = { id: string; organization: string; name: string; createdAt: string };

export type RepositoryRow = { id: string; projectId: string; name: string; protectedBranches: string[] };

export type Definition = {
  id: number;
  projectId: string;
  name: string;
  repositoryId: string;
  createdAt: string;
  /** Absent: enabled. */
  queueStatus?: 'enabled' | 'disabled';
  /** Absent: where it usually lies. */
  yamlFilename?: string;
};

/** By which a pipeline proves to the API whose it is. */
export type ServiceConnection = {
  id: string;
  projectId: string;
  name: string;
  directoryId: string;
  isReady: boolean;
  permittedDefinitionIds: number[];
  isOpenToAll: boolean;
};

export type Environment = {
  id: number;
  projectId: string;
  name: string;
  description: string;
  createdAt: string;
  /** Pipelines that may use it; another one waits for a permission at its first use. */
  permittedDefinitionIds: number[];
};

export type ApprovalOrder = 'anyOrder' | 'inSequence';

export type ApprovalSettings = {
  approvers: Identity[];
  executionOrder: ApprovalOrder;
  /** 0: all of them. */
  minRequiredApprovers: number;
  instructions: string;
  blockedApprovers: Identity[];
  requesterCannotBeApprover: boolean;
};

export type CheckConfiguration = {
  id: number;
  projectId: string;
  resource: { type: string; id: string; name: string };
  settings: ApprovalSettings;
  timeoutMinutes: number;
  createdAt: string;
  modifiedAt: string;
};

export type ApprovalStatus =
  'uninitiated' | 'pending' | 'approved' | 'rejected' | 'skipped' | 'canceled' | 'timedOut' | 'deferred';

export type ApprovalStep = {
  assignedApprover: Identity;
  actualApprover: Identity | null;
  status: ApprovalStatus;
  comment: string;
  order: number;
  initiatedOn: string;
  lastModifiedOn: string;
};

/** One gate of one run; its approvers are those of the check at the moment when it opened. */
export type Approval = {
  /** Also the id of its record in the timeline. */
  id: string;
  status: ApprovalStatus;
  settings: ApprovalSettings;
  steps: ApprovalStep[];
  createdOn: string;
  lastModifiedOn: string;
  timeoutMinutes: number;
};

export type PullRequestStatus = 'active' | 'completed' | 'abandoned';

export type PullRequest = {
  id: number;
  projectId: string;
  repositoryId: string;
  status: PullRequestStatus;
  title: string;
  description: string;
  sourceRefName: string;
  targetRefName: string;
  createdBy: Identity;
  createdAt: string;
  closedAt: string | null;
  /** The commit that brought it into the target, once completed. */
  mergeCommitId: string | null;
  lastMergeSourceCommitId: string;
  lastMergeTargetCommitId: string;
  autoCompleteSetBy: Identity | null;
  deleteSourceBranch: boolean;
};

export const SUBSCRIPTION_STATUSES = [
  'enabled',
  'onProbation',
  'disabledByUser',
  'disabledBySystem',
] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** A service hook, as it was posted. */
export type Subscription = {
  id: string;
  organization: string;
  createdAt: string;
  status: SubscriptionStatus;
  body: Record<string, unknown>;
};

export type Tenant = {
  key: TenantKey;
  projectId: string;
  repositoryId: string;
  definitionId: number;
  environmentId: number;
  serviceConnectionId: string;
  directoryId: string;
  backupOnly: boolean;
  behaviour: Behaviour;
};

export type WorldState = {
  version: 1;
  /** The last number given away, for everything that Azure DevOps counts. */
  counters: {
    build: number;
    definition: number;
    environment: number;
    check: number;
    pullRequest: number;
    push: number;
  };
  projects: Project[];
  repositories: RepositoryRow[];
  definitions: Definition[];
  environments: Environment[];
  checks: CheckConfiguration[];
  pullRequests: PullRequest[];
  subscriptions: Subscription[];
  serviceConnections: ServiceConnection[];
  denials: Denial[];
  /** Of people and groups that left the organisation. */
  removedIdentityIds: string[];
  tenants: Tenant[];
};

export function emptyWorldState(): WorldState {
  return {
    version: 1,
    counters: { build: 100, definition: 0, environment: 0, check: 0, pullRequest: 0, push: 0 },
    projects: [],
    repositories: [],
    definitions: [],
    environments: [],
    checks: [],
    pullRequests: [],
    subscriptions: [],
    serviceConnections: [],
    denials: [],
    removedIdentityIds: [],
    tenants: [],
  };
}

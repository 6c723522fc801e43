import type { Gate } from '../azure-devops/port.ts';
import type { RunId, TenantId } from '../lib/ids.ts';

export const TENANT_STATUSES = [
  'NOT_RUN',
  'IDLE',
  'STARTING',
  'IN_PROGRESS',
  'NEW_ERROR',
  'PENDING_AUTHENTICATION',
  'PENDING_APPROVAL',
] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

/** The order of the statuses: what waits for a person comes first. */
export const URGENCY: Readonly<Record<TenantStatus, number>> = {
  PENDING_AUTHENTICATION: 0,
  PENDING_APPROVAL: 1,
  NEW_ERROR: 2,
  IN_PROGRESS: 3,
  STARTING: 4,
  NOT_RUN: 5,
  IDLE: 6,
};

/** The product's own words for the status column. */
export const STATUS_LABELS = {
  NOT_RUN: 'Not run',
  IDLE: 'Idle',
  STARTING: 'Starting',
  IN_PROGRESS: 'In progress',
  NEW_ERROR: 'New error',
  PENDING_AUTHENTICATION: 'Pending authentication',
  PENDING_APPROVAL: 'Pending approval',
} as const satisfies Record<TenantStatus, string>;

export const GATE_STATES = ['PRESENT', 'MISSING', 'NOT_REQUIRED'] as const;
export type GateState = (typeof GATE_STATES)[number];

export const TENANT_AUTHENTICATIONS = ['application', 'delegated'] as const;
export type TenantAuthentication = (typeof TENANT_AUTHENTICATIONS)[number];

export type SyncSchedule = { cron: string[] };

export type Tenant = {
  id: TenantId;
  organization: string;
  project: string;
  projectId: string;
  repositoryId: string;
  repositoryUrl: string;
  pipelineId: number;
  /** null: it has none, or was found before this was noted. */
  environmentId: number | null;
  /** The service connection's name when the tenant was first found: renaming the repository leaves it as it is. */
  serviceConnection: string | null;
  name: string;
  displayName: string;
  domain: string | null;
  directoryId: string | null;
  /** How its pipeline signs in: as an application of its own, or as a person who signed in before. */
  authentication: TenantAuthentication;
  baselineId: TenantId | null;
  /** How `.gitmodules` names the baseline: it may be called otherwise since. */
  baselineRepository: string | null;
  isBackupOnly: boolean;
  requiresApproval: boolean;
  /** Whoever asked for a sync may not decide it, and no script may. */
  fourEyes: boolean;
  /** Who alone may decide its syncs, as subjects of grants; empty: whoever has the role. */
  approvers: readonly string[];
  gate: GateState;
  /** The gate's check as last discovered; null when Azure has none. */
  gateCheck: Gate | null;
  schedule: SyncSchedule | null;
  status: TenantStatus;
  statusSince: Date;
  version: number;
  latestRunId: RunId | null;
  observedAt: Date;
  /** Set when discovery no longer finds it; its history is kept. */
  removedAt: Date | null;
};

import type { Role } from '../../src/access/permissions.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { newId } from '../../src/lib/ids.ts';
import type { ActionFacts } from '../../src/sync-runs/actions.ts';
import type { Approval, SyncRun } from '../../src/sync-runs/sync-run.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';

export const NOW = new Date('2026-11-23T12:00:00.000Z');
export const LATER = new Date('2026-11-23T12:01:00.000Z');
export const EARLIER = new Date('2026-11-23T11:59:00.000Z');

export const as = (...roles: Role[]): Viewer => ({
  actor: { kind: 'API_KEY', id: 'key/me', displayName: 'me' },
  personId: 'key/me',
  isMachine: false,
  grants: { fleet: new Set(roles), byTenant: new Map() },
  expiresAt: null,
});

export const tenant: Tenant = {
  id: newId('ten'),
  organization: 'o',
  project: 'p',
  projectId: '1',
  repositoryId: '1',
  repositoryUrl: 'https://dev.azure.com/o/p/_git/t',
  pipelineId: 1,
  environmentId: 1,
  serviceConnection: 't-sync',
  name: 't',
  displayName: 'T',
  domain: null,
  directoryId: null,
  authentication: 'delegated',
  baselineId: null,
  baselineRepository: null,
  isBackupOnly: false,
  requiresApproval: true,
  fourEyes: false,
  approvers: [],
  gate: 'PRESENT',
  gateCheck: null,
  schedule: null,
  status: 'IDLE',
  statusSince: NOW,
  version: 1,
  latestRunId: null,
  observedAt: NOW,
  removedAt: null,
};

export const approval: Approval = {
  approvalId: 'gate-1',
  required: 2,
  given: 0,
  order: 'ANY',
  selfApprovalAllowed: true,
  expiresAt: LATER.toISOString(),
  steps: [],
};

export const run = (facts: Partial<SyncRun> = {}): SyncRun => ({
  id: newId('run'),
  tenantId: tenant.id,
  buildId: 12,
  name: '20261123.1',
  attempt: 1,
  status: 'IN_PROGRESS',
  outcome: null,
  isSuperseded: false,
  canceledBy: null,
  version: 1,
  trigger: 'MANUAL',
  mode: 'FULL',
  comment: null,
  requestedBy: null,
  queuedAt: NOW,
  startedAt: NOW,
  completedAt: null,
  stages: [],
  error: null,
  approval: null,
  deployBegan: false,
  waitsFor: null,
  cancelRequestedBy: null,
  cancelRequestedAt: null,
  revertStatus: null,
  webUrl: 'https://dev.azure.com/run/12',
  changedAt: null,
  observedAt: NOW,
  ...facts,
});

export function facts(changes: Partial<ActionFacts> = {}): ActionFacts {
  return {
    viewer: as('ADMIN'),
    tenant,
    run: null,
    latestRun: changes.run ?? null,
    hasChangeSet: true,
    decisions: [],
    revert: null,
    tenantHasUnfinishedRevert: false,
    challenge: null,
    now: NOW,
    ...changes,
  };
}
export const waiting = (more: Partial<SyncRun> = {}) =>
  run({ status: 'PENDING_APPROVAL', approval, ...more });
export const challenge = {
  status: 'OPEN' as const,
  verificationUri: 'https://microsoft.com/devicelogin',
  expiresAt: LATER,
  windowEndsAt: LATER,
};
export const decision = (personId: string, verdict: 'APPROVE' | 'REJECT' = 'APPROVE', more = {}) => ({
  approvalId: 'gate-1',
  personId,
  verdict,
  state: 'SENDING' as const,
  ...more,
});

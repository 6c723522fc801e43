/** Pure: what an observation tells about a run besides its status. */
import type { RunObservation } from '../azure-devops/port.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { canceledBy, deployBegan, observedApproval } from './observed-event.ts';
import type { SyncRun } from './sync-run.ts';
import type { RunFacts } from './write-run.ts';

type KnownRun = Pick<SyncRun, 'status' | 'attempt' | 'cancelRequestedAt' | 'deployBegan'>;

/** A run that nobody here has heard of. */
export const UNKNOWN_RUN: KnownRun = {
  status: 'STARTING',
  attempt: 1,
  cancelRequestedAt: null,
  deployBegan: false,
};

export function observedFacts(tenant: Tenant, run: KnownRun, seen: RunObservation): RunFacts {
  return {
    name: seen.runName,
    webUrl: seen.webUrl,
    ...(seen.stages.length > 0 ? timelineFacts(tenant, run, seen) : {}),
    waitsFor: seen.needsAuthorization ? ('PERMISSION' as const) : null,
    startedAt: seen.startedAt ? new Date(seen.startedAt) : null,
    deployBegan: run.deployBegan || deployBegan(seen),
    canceledBy: canceledBy(run, seen),
    changedAt: seen.changedAt,
    ...(seen.finishedAt ? { completedAt: new Date(seen.finishedAt) } : {}),
  };
}

/** A timeline that Azure withholds for once makes nobody forget what an earlier one told. */
function timelineFacts(tenant: Tenant, run: KnownRun, seen: RunObservation): RunFacts {
  return {
    attempt: Math.max(run.attempt, seen.attempt),
    stages: seen.stages,
    approval: observedApproval(seen, tenant.gateCheck),
  };
}

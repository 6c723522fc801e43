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
    attempt: seen.attempt,
    stages: seen.stages,
    startedAt: seen.startedAt ? new Date(seen.startedAt) : null,
    approval: observedApproval(seen, tenant.gateCheck),
    deployBegan: run.deployBegan || deployBegan(seen),
    canceledBy: canceledBy(run, seen),
    changedAt: seen.changedAt,
    ...(seen.finishedAt ? { completedAt: new Date(seen.finishedAt) } : {}),
  };
}

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

/**
 * The attempt that was seen for certain. A build is read before its timeline: where the build ends, and the timeline
 * shows work, the run was retried in between. The next look then finds the new attempt.
 */
export function observedAttempt({ attempt }: Pick<KnownRun, 'attempt'>, seen: RunObservation): number {
  const isAtWork = seen.stages.some(({ state }) => state === 'RUNNING' || state === 'WAITING');
  const mayBeTorn = seen.phase === 'CANCELING' || (seen.phase === 'FINISHED' && isAtWork);
  return mayBeTorn ? attempt : Math.max(attempt, seen.attempt);
}

/** A timeline that Azure withholds for once makes nobody forget what an earlier one told. */
function timelineFacts(tenant: Tenant, run: KnownRun, seen: RunObservation): RunFacts {
  return {
    attempt: observedAttempt(run, seen),
    stages: seen.stages,
    approval: observedApproval(seen, tenant.gateCheck),
  };
}

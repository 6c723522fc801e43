import { unreachable } from '../lib/unreachable.ts';
import type { TenantStatus } from '../tenants/tenant.ts';
import type { SyncRun, SyncRunOutcome } from './sync-run.ts';

export type CountedRun = Pick<SyncRun, 'status' | 'outcome' | 'isSuperseded' | 'deployBegan'>;

/**
 * The status column, from a tenant's runs with the newest first. A cancelled run leaves what the tenant showed before
 * it, unless it may have left the tenant half written.
 */
export function tenantStatusOf(runsNewestFirst: readonly CountedRun[]): TenantStatus {
  const newest = runsNewestFirst.find((run) => !run.isSuperseded && !leavesNoTrace(run));
  return newest ? statusShownBy(newest) : 'NOT_RUN';
}

/** Whether the run counts for nothing: cancelled before anything was written. */
export const leavesNoTrace = (run: Pick<SyncRun, 'outcome' | 'deployBegan'>) =>
  run.outcome === 'CANCELED' && !run.deployBegan;

function statusShownBy(run: CountedRun): TenantStatus {
  switch (run.status) {
    case 'STARTING':
    case 'PENDING_AUTHENTICATION':
    case 'PENDING_APPROVAL':
    case 'IN_PROGRESS':
      return run.status;
    case 'CANCELING':
      return 'IN_PROGRESS';
    case 'COMPLETED':
      return run.outcome ? statusAfter(run.outcome) : 'NEW_ERROR';
    default:
      return unreachable(run.status);
  }
}

function statusAfter(outcome: SyncRunOutcome): TenantStatus {
  switch (outcome) {
    case 'SUCCEEDED':
    case 'REJECTED':
    case 'APPROVAL_EXPIRED':
      return 'IDLE';
    case 'PARTIALLY_SUCCEEDED':
    case 'FAILED':
    case 'TIMED_OUT':
    case 'AUTHENTICATION_EXPIRED':
    case 'CANCELED':
      return 'NEW_ERROR';
    default:
      return unreachable(outcome);
  }
}

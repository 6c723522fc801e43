import { unreachable } from '../lib/unreachable.ts';
import { SYNC_RUN_STATUSES, type SyncRunOutcome, type SyncRunStatus } from './sync-run.ts';

/** What can happen to a run. `finished` is one event for each outcome, so that every cell has one answer. */
export const SYNC_RUN_EVENTS = [
  'started',
  'sign_in_requested',
  'signed_in',
  'gate_opened',
  'gate_passed',
  'cancel_requested',
  'retried',
  'finished_succeeded',
  'finished_partially_succeeded',
  'finished_failed',
  'finished_canceled',
  'finished_timed_out',
  'finished_authentication_expired',
  'finished_rejected',
  'finished_approval_expired',
] as const;
export type SyncRunEvent = (typeof SYNC_RUN_EVENTS)[number];

/** A transition, `stay` (known already, nothing to write) or `refused` (can't happen from here). */
export type Cell = { to: SyncRunStatus; outcome: SyncRunOutcome | null } | 'stay' | 'refused';

const to = (status: SyncRunStatus): Cell => ({ to: status, outcome: null });
const done = (outcome: SyncRunOutcome): Cell => ({ to: 'COMPLETED', outcome });

/** Azure may end an open run in any way from any status: a poll sleeps through what lay between. */
const endings = {
  finished_succeeded: done('SUCCEEDED'),
  finished_partially_succeeded: done('PARTIALLY_SUCCEEDED'),
  finished_failed: done('FAILED'),
  finished_canceled: done('CANCELED'),
  finished_timed_out: done('TIMED_OUT'),
  finished_authentication_expired: done('AUTHENTICATION_EXPIRED'),
  finished_rejected: done('REJECTED'),
  finished_approval_expired: done('APPROVAL_EXPIRED'),
} as const satisfies Partial<Record<SyncRunEvent, Cell>>;

/** A run that ended keeps its ending; only a retry in Azure DevOps opens it again. */
const ended = {
  finished_succeeded: 'stay',
  finished_partially_succeeded: 'stay',
  finished_failed: 'stay',
  finished_canceled: 'stay',
  finished_timed_out: 'stay',
  finished_authentication_expired: 'stay',
  finished_rejected: 'stay',
  finished_approval_expired: 'stay',
} as const satisfies Partial<Record<SyncRunEvent, Cell>>;

/** The one place that says what may follow what. Total: a missing cell does not compile. */
export const transitions: Record<SyncRunStatus, Record<SyncRunEvent, Cell>> = {
  STARTING: {
    started: to('IN_PROGRESS'),
    sign_in_requested: to('PENDING_AUTHENTICATION'),
    signed_in: 'refused',
    gate_opened: to('PENDING_APPROVAL'),
    gate_passed: to('IN_PROGRESS'),
    cancel_requested: to('CANCELING'),
    retried: to('IN_PROGRESS'),
    ...endings,
  },
  IN_PROGRESS: {
    started: 'stay',
    sign_in_requested: to('PENDING_AUTHENTICATION'),
    signed_in: 'stay',
    gate_opened: to('PENDING_APPROVAL'),
    gate_passed: 'stay',
    cancel_requested: to('CANCELING'),
    retried: 'stay',
    ...endings,
  },
  PENDING_AUTHENTICATION: {
    started: 'stay',
    sign_in_requested: 'stay',
    signed_in: to('IN_PROGRESS'),
    gate_opened: to('PENDING_APPROVAL'),
    gate_passed: to('IN_PROGRESS'),
    cancel_requested: to('CANCELING'),
    retried: to('IN_PROGRESS'),
    ...endings,
  },
  PENDING_APPROVAL: {
    started: 'stay',
    sign_in_requested: to('PENDING_AUTHENTICATION'),
    signed_in: 'stay',
    gate_opened: 'stay',
    gate_passed: to('IN_PROGRESS'),
    cancel_requested: to('CANCELING'),
    retried: to('IN_PROGRESS'),
    ...endings,
  },
  CANCELING: {
    started: 'stay',
    sign_in_requested: 'refused',
    signed_in: 'stay',
    gate_opened: 'stay',
    gate_passed: 'stay',
    cancel_requested: 'stay',
    retried: to('IN_PROGRESS'),
    ...endings,
  },
  COMPLETED: {
    started: 'refused',
    sign_in_requested: 'refused',
    signed_in: 'stay',
    gate_opened: 'refused',
    gate_passed: 'refused',
    cancel_requested: 'refused',
    retried: to('IN_PROGRESS'),
    ...ended,
  },
};

/** What the event does to a run in that status. */
export function transition(status: SyncRunStatus, event: SyncRunEvent): Cell {
  return transitions[status][event];
}

/** Nothing but a retry leads out of it. */
export function isTerminal(status: SyncRunStatus): boolean {
  return SYNC_RUN_STATUSES.every((other) => other === status || !leadsTo(status, other, 'retried'));
}

function leadsTo(from: SyncRunStatus, target: SyncRunStatus, except: SyncRunEvent): boolean {
  return SYNC_RUN_EVENTS.some((event) => {
    const cell = transitions[from][event];
    return event !== except && typeof cell === 'object' && cell.to === target;
  });
}

/** The event that ends a run with this outcome. */
export function endingOf(outcome: SyncRunOutcome): SyncRunEvent {
  switch (outcome) {
    case 'SUCCEEDED':
      return 'finished_succeeded';
    case 'PARTIALLY_SUCCEEDED':
      return 'finished_partially_succeeded';
    case 'FAILED':
      return 'finished_failed';
    case 'CANCELED':
      return 'finished_canceled';
    case 'TIMED_OUT':
      return 'finished_timed_out';
    case 'AUTHENTICATION_EXPIRED':
      return 'finished_authentication_expired';
    case 'REJECTED':
      return 'finished_rejected';
    case 'APPROVAL_EXPIRED':
      return 'finished_approval_expired';
    default:
      return unreachable(outcome);
  }
}

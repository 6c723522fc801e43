import { Refusal } from '../lib/errors.ts';
import type { SyncRun } from './sync-run.ts';

/** Why an action is not offered, or was refused. One word each, the same in the menu and in the answer. */
export const ACTION_REFUSAL_REASONS = [
  'NOT_PERMITTED',
  'WRONG_STATUS',
  'SCHEDULED_RUN',
  'DEPLOYING',
  'SYNC_ALREADY_OPEN',
  'SUPERSEDED',
  'ALREADY_DECIDED',
  'NOT_AN_APPROVER',
  'FOUR_EYES',
  'GATE_MISSING',
  'REVERT_UNFINISHED',
  'BACKUP_ONLY',
  'EXPIRED',
  'UPSTREAM_UNAVAILABLE',
] as const;
export type ActionRefusalReason = (typeof ACTION_REFUSAL_REASONS)[number];

/** Nothing of that id exists for this caller. */
export class NotFound extends Refusal {
  readonly code = 'NOT_FOUND';
}

/** A value of the input cannot be used; `field` names it. */
export class InvalidInput extends Refusal {
  readonly code = 'INVALID_INPUT';
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** The action is not possible now, for the reason that the menu shows too. */
export class ActionRefused extends Refusal {
  readonly code = 'ACTION_REFUSED';
  readonly reason: ActionRefusalReason;
  /** The run it is about, when there is one. */
  readonly run: SyncRun | null;

  constructor(reason: ActionRefusalReason, message: string, run: SyncRun | null = null) {
    super(message);
    this.reason = reason;
    this.run = run;
  }
}

/** The tenant's newest run is still open; it comes with the refusal. */
export class SyncAlreadyOpen extends Refusal {
  readonly code = 'SYNC_ALREADY_OPEN';
  readonly run: SyncRun;

  constructor(message: string, run: SyncRun) {
    super(message);
    this.run = run;
  }
}

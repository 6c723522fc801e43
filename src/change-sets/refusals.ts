import { Refusal } from '../lib/errors.ts';
import type { ChangeSet, Decision, Revert } from './change-set.ts';

/** The caller reviewed other content than what would be deployed now; the present change set comes along. */
export class DigestDiffers extends Refusal {
  readonly code = 'DIGEST_DIFFERS';
  readonly changeSet: ChangeSet;

  constructor(message: string, changeSet: ChangeSet) {
    super(message);
    this.changeSet = changeSet;
  }
}

/** Somebody decided already; their decision comes along. */
export class AlreadyDecided extends Refusal {
  readonly code = 'ALREADY_DECIDED';
  readonly decision: Decision;

  constructor(message: string, decision: Decision) {
    super(message);
    this.decision = decision;
  }
}

/** Files were edited since the preview; nothing was written. `retryRevert` may name paths to overwrite. */
export class RevertConflict extends Refusal {
  readonly code = 'REVERT_CONFLICT';
  readonly revert: Revert;

  constructor(message: string, revert: Revert) {
    super(message);
    this.revert = revert;
  }
}

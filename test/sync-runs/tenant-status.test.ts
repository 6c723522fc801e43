import { describe, expect, it } from 'vitest';
import { type CountedRun, tenantStatusOf } from '../../src/sync-runs/tenant-status.ts';

const open = (status: CountedRun['status'], more: Partial<CountedRun> = {}): CountedRun => ({
  status,
  outcome: null,
  isSuperseded: false,
  deployBegan: false,
  ...more,
});
const ended = (outcome: NonNullable<CountedRun['outcome']>, more: Partial<CountedRun> = {}): CountedRun => ({
  ...open('COMPLETED', more),
  outcome,
});

describe("a tenant's status", () => {
  it.each([
    ['no run at all', [], 'NOT_RUN'],
    ['only cancelled runs', [ended('CANCELED'), ended('CANCELED')], 'NOT_RUN'],
    ['an open run', [open('PENDING_APPROVAL'), ended('FAILED')], 'PENDING_APPROVAL'],
    ['a run that is being cancelled', [open('CANCELING')], 'IN_PROGRESS'],
    ['a successful run', [ended('SUCCEEDED')], 'IDLE'],
    ['a rejected run', [ended('REJECTED'), ended('FAILED')], 'IDLE'],
    ['a gate that nobody answered', [ended('APPROVAL_EXPIRED')], 'IDLE'],
    ['a failed run', [ended('FAILED'), ended('SUCCEEDED')], 'NEW_ERROR'],
    ['a partially successful run', [ended('PARTIALLY_SUCCEEDED')], 'NEW_ERROR'],
    ['a run that timed out', [ended('TIMED_OUT')], 'NEW_ERROR'],
    ['a sign-in that nobody did', [ended('AUTHENTICATION_EXPIRED')], 'NEW_ERROR'],
    ['a cancelled run after a failed one', [ended('CANCELED'), ended('FAILED')], 'NEW_ERROR'],
    ['a cancelled run after a successful one', [ended('CANCELED'), ended('SUCCEEDED')], 'IDLE'],
    [
      'a run cancelled while it wrote',
      [ended('CANCELED', { deployBegan: true }), ended('SUCCEEDED')],
      'NEW_ERROR',
    ],
    [
      'a superseded open run below a cancelled one',
      [ended('CANCELED'), open('PENDING_APPROVAL', { isSuperseded: true })],
      'NOT_RUN',
    ],
  ] as const)('after %s is %s', (_what, runs, status) => {
    expect(tenantStatusOf(runs)).toBe(status);
  });
});

/** Azure DevOps answers wrongly, late or not at all: the sync takes longer, and ends as it really did. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RequestFault } from '../../src/sandbox/azure-devops/faults/request-fault.ts';
import { judge } from '../support/judge.ts';
import { changeSetOf, decide, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

const NAMES = ['first', 'second', 'third'];
const DECIDED = 'decided';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: [...NAMES, DECIDED] });
});
afterEach(() => stack.sandbox.control.switchOff());
afterAll(() => stack[Symbol.asyncDispose]());

const hitsOf = () => stack.sandbox.control.faults().switchedOn.map(({ hits }) => hits);

/** A sync that ends with its changes approved and written. */
async function syncAndApprove(name: string): Promise<void> {
  const before = await untilTenant(stack.place, name, 'can be synced', (one) =>
    ['NOT_RUN', 'IDLE'].includes(one.status),
  );
  const run = await startSync(stack.place, before.id);
  expect(run).toMatchObject({ __typename: 'SyncRun' });
  const waiting = await untilTenant(
    stack.place,
    name,
    'can be approved',
    (one) => one.status === 'PENDING_APPROVAL' && !!one.latestRun?.changeSet,
  );
  expect(await decide(stack.place, 'approveChangeSet', changeSetOf(waiting))).toMatchObject({
    __typename: 'Decision',
  });
  const done = await untilStatus(stack.place, name, 'IDLE');
  expect(runOf(done)).toMatchObject({ id: run.id, outcome: 'SUCCEEDED' });
}

describe('a sync goes through and ends as it really did', () => {
  let round = 0;
  it.each<[string, RequestFault[]]>([
    ['401', [{ kind: 'unauthorized', rate: 0.15, seed: 1 }]],
    ['a 203 with a sign-in page', [{ kind: 'sign_in_page', rate: 0.15, seed: 2 }]],
    ['429 with Retry-After', [{ kind: 'throttled', times: 2, seconds: 1 }]],
    ['delays with rate-limit headers on a 200', [{ kind: 'delayed', times: 3, ms: 300, seconds: 0 }]],
    [
      '502 and 503',
      [
        { kind: 'bad_gateway', rate: 0.1, seed: 3 },
        { kind: 'unavailable', rate: 0.1, seed: 4 },
      ],
    ],
    ['connections cut before anything is done', [{ kind: 'reset', rate: 0.15, seed: 5 }]],
    ['replies lost after it was done', [{ kind: 'lost_reply', rate: 0.15, seed: 6 }]],
    ['requests that stall and die', [{ kind: 'stalled', times: 3, ms: 700 }]],
    ['timelines withheld', [{ kind: 'no_timeline', rate: 0.5, seed: 7 }]],
    ['404 for runs', [{ kind: 'not_found', rate: 0.5, seed: 8 }]],
    ['words that nobody knows', [{ kind: 'unknown_words', rate: 0.3, seed: 9, requests: 'list-approvals' }]],
    ['words that nobody knows, in any answer', [{ kind: 'unknown_words', rate: 0.15, seed: 10 }]],
    ['lost attachments', [{ kind: 'no_attachments', times: 50 }]],
  ])('with %s', async (_what, faults) => {
    const name = NAMES[round++ % NAMES.length] ?? '';
    await stack.desireChange(name);
    for (const fault of faults) stack.sandbox.control.switchOn(fault);
    await syncAndApprove(name);
    expect(Math.max(...hitsOf())).toBeGreaterThan(0);
    stack.sandbox.control.switchOff();
    expect(await judge(stack)).toEqual([]);
  });
});

it('a decision outlasts an answer that cannot be understood', async () => {
  const name = DECIDED;
  await stack.desireChange(name);
  const tenant = await untilStatus(stack.place, name, 'NOT_RUN');
  await startSync(stack.place, tenant.id);
  const waiting = await untilTenant(
    stack.place,
    name,
    'can be approved',
    (one) => one.status === 'PENDING_APPROVAL' && !!one.latestRun?.changeSet,
  );
  // An empty list in the place of the attachment itself: not when the mutation reads it, but when the job does.
  const path = 'attachments/.*/change-set';
  stack.sandbox.control.switchOn({ kind: 'no_attachments', path, rate: 0.5, seed: 1, times: 1 });
  expect(await decide(stack.place, 'approveChangeSet', changeSetOf(waiting))).toMatchObject({
    __typename: 'Decision',
  });
  expect(runOf(await untilStatus(stack.place, name, 'IDLE')).outcome).toBe('SUCCEEDED');
  expect(Math.max(...hitsOf())).toBe(1);
});

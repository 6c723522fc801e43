import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, get } from '../support/client.ts';
import { changeSetOf, decide, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['other-digest', 'portal', 'superseded', 'mine'] });
});
afterAll(() => stack[Symbol.asyncDispose]());

async function untilReview(name: string) {
  await stack.desireChange(name);
  const tenant = await untilTenant(stack.place, name, 'is there', () => true);
  await startSync(stack.place, tenant.id);
  return untilStatus(stack.place, name, 'PENDING_APPROVAL');
}

describe('a decision', () => {
  it('with another digest than the present one is refused with the present one, and nothing reaches Azure DevOps', async () => {
    const waiting = await untilReview('other-digest');
    const { id, digest } = changeSetOf(waiting);
    const refused = await decide(stack.place, 'approveChangeSet', { id, digest: 'f'.repeat(64) });
    expect(refused).toMatchObject({ __typename: 'DigestDiffers', changeSet: { digest } });
    expect(stack.answersToGates('other-digest')).toEqual([]);
    expect((await untilStatus(stack.place, 'other-digest', 'PENDING_APPROVAL')).latestRun?.decisions).toEqual(
      [],
    );
  });

  it('of one who may not decide is an error that says what it takes', async () => {
    const waiting = await untilStatus(stack.place, 'other-digest', 'PENDING_APPROVAL');
    const { errors } = await ask(
      stack.place.url,
      'mutation ($input: ApproveChangeSetInput!) { approveChangeSet(input: $input) { __typename } }',
      {
        variables: { input: { changeSetId: changeSetOf(waiting).id, digest: changeSetOf(waiting).digest } },
        as: 'operator',
      },
    );
    expect(errors[0]?.extensions?.code).toBe('FORBIDDEN');
    expect(stack.answersToGates('other-digest')).toEqual([]);
  });

  it('taken in the portal appears here too, marked so and without a digest', async () => {
    const waiting = await untilReview('portal');
    await stack.decideInPortal('portal', 'rejected', 'Grace Hopper', 'Not like this');
    const idle = await untilStatus(stack.place, 'portal', 'IDLE');
    expect(runOf(idle)).toMatchObject({
      outcome: 'REJECTED',
      decisions: [
        {
          verdict: 'REJECT',
          via: 'PORTAL',
          digest: null,
          comment: 'Not like this',
          by: { displayName: 'Grace Hopper' },
        },
      ],
    });
    expect(await decide(stack.place, 'approveChangeSet', changeSetOf(waiting))).toMatchObject({
      __typename: 'AlreadyDecided',
    });
  });

  it('on a run that a schedule has superseded needs force to approve, and none to reject', async () => {
    const waiting = await untilReview('superseded');
    const old = runOf(waiting);
    await stack.runSchedule('superseded');
    await untilTenant(
      stack.place,
      'superseded',
      'has a newer run',
      (one) => one.latestRun?.id !== old.id && one.status === 'PENDING_APPROVAL',
    );
    const { syncRun } = await get<{ syncRun: { isSuperseded: boolean } }>(
      stack.place.url,
      'query ($id: ID!) { syncRun(id: $id) { isSuperseded } }',
      { variables: { id: old.id } },
    );
    expect(syncRun.isSuperseded).toBe(true);
    expect(await decide(stack.place, 'approveChangeSet', changeSetOf(waiting))).toMatchObject({
      reason: 'SUPERSEDED',
    });
    expect(await decide(stack.place, 'rejectChangeSet', changeSetOf(waiting))).toMatchObject({
      __typename: 'Decision',
    });
  });

  it('made twice alike is success, and changes nothing', async () => {
    const waiting = await untilReview('mine');
    const first = await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    const second = await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    expect(second.id).toBe(first.id);
    await untilStatus(stack.place, 'mine', 'IDLE');
    expect(stack.answersToGates('mine')).toHaveLength(1);
  });
});

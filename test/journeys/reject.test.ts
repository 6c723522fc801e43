import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changeSetOf,
  decide,
  runOf,
  startSync,
  untilStatus,
  untilTenant,
  type TenantView,
} from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { get } from '../support/client.ts';

const NAMES = ['kept', 'reverted', 'conflicted', 'twice'];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: NAMES });
});
afterAll(() => stack[Symbol.asyncDispose]());

async function untilReview(name: string): Promise<TenantView> {
  const tenant = await untilTenant(stack.place, name, 'is there', () => true);
  await startSync(stack.place, tenant.id);
  return untilStatus(stack.place, name, 'PENDING_APPROVAL');
}

const untilReverted = (name: string, status: string) =>
  untilTenant(
    stack.place,
    name,
    `has its revert ${status}`,
    (one) => one.latestRun?.revert?.status === status,
  );

describe('a sync whose changes are rejected', () => {
  it('leaves the repository and the tenant as they are, and the next sync asks again', async () => {
    const edited = await stack.desireChange('kept');
    const waiting = await untilReview('kept');
    const headBefore = await stack.mainFiles('kept');

    expect(
      await decide(stack.place, 'rejectChangeSet', changeSetOf(waiting), { comment: 'Not now' }),
    ).toMatchObject({
      __typename: 'Decision',
    });
    const idle = await untilStatus(stack.place, 'kept', 'IDLE');
    expect(runOf(idle)).toMatchObject({ outcome: 'REJECTED', error: null });
    expect(await stack.mainFiles('kept')).toEqual(headBefore);
    expect(stack.tenantValue('kept', edited)).toBe(edited.before);

    await startSync(stack.place, idle.id);
    const again = await untilStatus(stack.place, 'kept', 'PENDING_APPROVAL');
    expect(changeSetOf(again).digest).toBe(changeSetOf(waiting).digest);
    expect(changeSetOf(again).id).not.toBe(changeSetOf(waiting).id);
  });
});

describe('a sync whose changes are rejected and reverted', () => {
  it("brings the files on main back to the tenant's state in one commit, and the tenant stays as it was", async () => {
    const edited = await stack.desireChange('reverted');
    const waiting = await untilReview('reverted');
    const commitsBefore = await stack.mainCommits('reverted');
    await decide(stack.place, 'rejectAndRevertChangeSet', changeSetOf(waiting), { comment: 'Take it back' });

    const done = await untilReverted('reverted', 'DONE');
    await untilStatus(stack.place, 'reverted', 'IDLE');
    expect(await stack.configurationOn('reverted', 'main')).toEqual(
      await stack.configurationOn('reverted', 'tenant-state'),
    );
    const commits = await stack.mainCommits('reverted');
    expect(commits).toHaveLength(commitsBefore.length + 1);
    expect(commits[0]?.id).toBe(runOf(done).revert?.commit);
    expect(commits[0]?.message).toContain('[skip ci]');
    expect(commits[0]?.message).toContain('Take it back');
    expect(stack.tenantValue('reverted', edited)).toBe(edited.before);
  });

  it('changes nothing more when it is asked for again', async () => {
    await stack.desireChange('twice');
    const waiting = await untilReview('twice');
    const first = await decide(stack.place, 'rejectAndRevertChangeSet', changeSetOf(waiting));
    await untilReverted('twice', 'DONE');
    const commits = await stack.mainCommits('twice');
    const second = await decide(stack.place, 'rejectAndRevertChangeSet', changeSetOf(waiting));
    expect(second).toMatchObject({ __typename: 'Decision', id: first.id });
    expect(await stack.mainCommits('twice')).toEqual(commits);
    expect(await decide(stack.place, 'approveChangeSet', changeSetOf(waiting))).toMatchObject({
      __typename: 'AlreadyDecided',
      decision: { verdict: 'REJECT_AND_REVERT' },
    });
  });

  it('writes nothing when somebody edited a file since, names it, and overwrites it only when told to', async () => {
    const edited = await stack.desireChange('conflicted');
    const waiting = await untilReview('conflicted');
    await stack.editMain('conflicted', edited.path, (text) => text.replace(/\n$/, ' \n'));
    const commits = await stack.mainCommits('conflicted');
    await decide(stack.place, 'rejectAndRevertChangeSet', changeSetOf(waiting));

    const conflict = await untilReverted('conflicted', 'CONFLICT');
    expect(runOf(conflict).revert?.conflictingPaths).toEqual([edited.path]);
    expect(await stack.mainCommits('conflicted')).toEqual(commits);

    const query = `mutation ($input: RetryRevertInput!) { retryRevert(input: $input) { __typename ... on Revert { status } ... on Refusal { message } } }`;
    const retry = (overwritePaths: string[]) =>
      get<{ retryRevert: { __typename: string; message?: string } }>(stack.place.url, query, {
        variables: { input: { syncRunId: runOf(conflict).id, overwritePaths } },
        as: 'approver',
      });
    expect((await retry(['no/such/file.json'])).retryRevert).toMatchObject({ __typename: 'InvalidInput' });
    expect((await retry([edited.path])).retryRevert).toMatchObject({ __typename: 'Revert' });
    await untilReverted('conflicted', 'DONE');
    expect(await stack.configurationOn('conflicted', 'main')).toEqual(
      await stack.configurationOn('conflicted', 'tenant-state'),
    );
  });
});

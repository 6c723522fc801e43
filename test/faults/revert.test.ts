/** Reverting while the repository resists. */
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { get } from '../support/client.ts';
import { changeSetOf, decide, runOf, startSync, type TenantView, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['moved', 'lost', 'protected', 'half-done', 'abandoned', 'again'] });
});
afterEach(() => stack.sandbox.control.switchOff());
afterAll(() => stack[Symbol.asyncDispose]());

/** A run at its gate, whose repository then resists as `resist` says, and which is rejected and reverted. */
async function revert(name: string, resist: () => unknown): Promise<void> {
  await stack.desireChange(name);
  const tenant = await untilTenant(stack.place, name, 'is there', () => true);
  await startSync(stack.place, tenant.id);
  const waiting = await untilTenant(
    stack.place,
    name,
    'can be decided',
    (one) => one.status === 'PENDING_APPROVAL' && !!one.latestRun?.changeSet,
  );
  await resist();
  const decision = await decide(stack.place, 'rejectAndRevertChangeSet', changeSetOf(waiting));
  expect(decision.__typename).toBe('Decision');
}

async function untilReverted(name: string, status: string): Promise<TenantView> {
  const read = () => untilTenant(stack.place, name, 'is there', () => true);
  return waitFor(
    `the revert of ${name} to be ${status}`,
    async () => {
      await hurryJobs();
      const tenant = await read();
      return runOf(tenant).revert?.status === status ? tenant : null;
    },
    { withinMs: 20_000 },
  );
}

/** What waits for its next try, or for its next look at a pull request, goes on at once. */
const hurryJobs = () =>
  stack.database.database.db.execute(
    sql`update graphile_worker._private_jobs set run_at = now() where locked_at is null`,
  );

const keyOf = (repository: string) => ({ organization: 'contoso-group', project: 'Tenants', repository });
const commitsOn = async (name: string) => (await stack.mainCommits(name)).length;
const isReverted = async (name: string) =>
  expect(await stack.configurationOn(name, 'main')).toEqual(
    await stack.configurationOn(name, 'tenant-state'),
  );

const openRequestOf = async (name: string) => {
  const [id] = await waitFor('a pull request', () => {
    const open = stack.sandbox.world.openPullRequests(keyOf(name));
    return open.length > 0 ? open : null;
  });
  return id ?? 0;
};

async function abandon(name: string): Promise<void> {
  const path = `git/repositories/${name}/pullrequests/${await openRequestOf(name)}?api-version=7.1`;
  const answer = await fetch(`${stack.sandbox.azureDevOpsUrl}/contoso-group/Tenants/_apis/${path}`, {
    method: 'PATCH',
    headers: {
      authorization: `Basic ${Buffer.from(':token').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ status: 'abandoned' }),
  });
  expect(answer.status).toBe(200);
}

async function retryRevert(syncRunId: string, overwritePaths: string[]): Promise<void> {
  const query = `mutation ($input: RetryRevertInput!) {
    retryRevert(input: $input) { __typename ... on Refusal { message } }
  }`;
  const variables = { input: { syncRunId, overwritePaths } };
  const { retryRevert: answer } = await get<{ retryRevert: object }>(stack.place.url, query, { variables });
  expect(answer).toEqual({ __typename: 'Revert' });
}

describe('a revert', () => {
  it('is made on the new head when somebody pushes first, in one commit', async () => {
    await revert('moved', () => stack.sandbox.control.switchOn({ kind: 'stale_push', times: 2 }));
    const before = await commitsOn('moved');
    const done = await untilReverted('moved', 'DONE');
    expect(runOf(done).revert?.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(await commitsOn('moved')).toBe(before + 1);
    await isReverted('moved');
  });

  it('is made once when the answer to its push is lost', async () => {
    await revert('lost', () => stack.sandbox.control.switchOn({ kind: 'lost_reply', requests: 'push' }));
    const before = await commitsOn('lost');
    await untilReverted('lost', 'DONE');
    expect(await commitsOn('lost')).toBeLessThanOrEqual(before + 1);
    await isReverted('lost');
  });

  it('of a protected branch is a pull request, and done when somebody completes it', async () => {
    await revert('protected', () => stack.sandbox.control.protectBranch('protected', 'main', true));
    await untilReverted('protected', 'PULL_REQUEST_OPEN');
    await stack.sandbox.world.completePullRequest(
      keyOf('protected'),
      await openRequestOf('protected'),
      'Megan Bowen',
    );
    await untilReverted('protected', 'DONE');
    await isReverted('protected');
  });

  it('goes on with its branch when opening the pull request failed', async () => {
    await revert('half-done', () => {
      stack.sandbox.control.protectBranch('half-done', 'main', true);
      stack.sandbox.control.switchOn({ kind: 'reset', requests: 'pull-requests', times: 5 });
    });
    await untilReverted('half-done', 'PULL_REQUEST_OPEN');
    expect(await openRequestOf('half-done')).toBeGreaterThan(0);
  });

  it('whose pull request is abandoned says so', async () => {
    await revert('abandoned', () => stack.sandbox.control.protectBranch('abandoned', 'main', true));
    await untilReverted('abandoned', 'PULL_REQUEST_OPEN');
    await abandon('abandoned');
    await untilReverted('abandoned', 'PULL_REQUEST_ABANDONED');
  });

  it('that is tried again adds to its branch what was named for overwriting since', async () => {
    const edit = await stack.desireChange('again');
    const setState = (from: string, to: string) =>
      stack.editMain('again', edit.path, (text) => text.replace(`"state": ${from}`, `"state": ${to}`));
    await revert('again', async () => {
      stack.sandbox.control.protectBranch('again', 'main', true);
      // Somebody took one of the two changes back already, and does it otherwise later.
      await setState(edit.after, edit.before);
    });
    const first = await untilReverted('again', 'PULL_REQUEST_OPEN');
    await abandon('again');
    await untilReverted('again', 'PULL_REQUEST_ABANDONED');
    await setState(edit.before, '"enabledForReportingButNotEnforced"');
    const { id } = runOf(first);
    await retryRevert(id, []);
    const conflict = await untilReverted('again', 'CONFLICT');
    expect(runOf(conflict).revert?.conflictingPaths).toEqual([edit.path]);
    await retryRevert(id, [edit.path]);
    await untilReverted('again', 'PULL_REQUEST_OPEN');
    expect(await stack.configurationOn('again', `revert/${id}`)).toEqual(
      await stack.configurationOn('again', 'tenant-state'),
    );
  });
});

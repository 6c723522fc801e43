/** Reverting while the repository resists. */
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { changeSetOf, decide, runOf, startSync, type TenantView, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['moved', 'lost', 'protected', 'half-done', 'abandoned'] });
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
  resist();
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
    const url = `${stack.sandbox.azureDevOpsUrl}/contoso-group/Tenants/_apis/git/repositories/abandoned/pullrequests/${await openRequestOf('abandoned')}?api-version=7.1`;
    const answer = await fetch(url, {
      method: 'PATCH',
      headers: {
        authorization: `Basic ${Buffer.from(':token').toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ status: 'abandoned' }),
    });
    expect(answer.status).toBe(200);
    await untilReverted('abandoned', 'PULL_REQUEST_ABANDONED');
  });
});

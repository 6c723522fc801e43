/** Web hooks of the simulated Azure DevOps: well-behaved, badly behaved, late and silent. Only latency may differ. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectLooks } from '../../src/azure-devops/azure-devops.table.ts';
import { databaseNow } from '../../src/database/database.ts';
import { events } from '../../src/events/events.table.ts';
import { HOOK_EVENTS, HOOK_PATH } from '../../src/pipeline/service-hooks.ts';
import { HINTED } from '../../src/poller/hints.ts';
import { SANDBOX_HOOK_SECRET } from '../../src/sandbox-environment.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import { get } from '../support/client.ts';
import { changeSetOf, runOf, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const HOUR = '3600';
const STEPS = ['STARTING', 'IN_PROGRESS', 'PENDING_APPROVAL', 'IN_PROGRESS', 'IDLE'];

/** What the tenant's status went through, oldest first; jumps over a step that no look saw are allowed. */
async function stepsOf({ place }: Stack, name: string): Promise<string[]> {
  const query =
    '{ events(first: 100) { edges { node { ... on TenantStatusChanged { status tenant { name } } } } } }';
  type Page = { events: { edges: { node: { status?: string; tenant?: { name: string } } }[] } };
  const page = await get<Page>(place.url, query);
  return page.events.edges.flatMap(({ node: { status, tenant } }) =>
    status && tenant?.name === name ? [status] : [],
  );
}

/** True when nothing of `taken` happened in another order than in `all`, or twice. */
function isWayThrough(all: string[], taken: string[]): boolean {
  let from = 0;
  return taken.every((step) => {
    const at = all.indexOf(step, from);
    from = at + 1;
    return at >= 0;
  });
}

/** A scheduled sync from its beginning to the end, approved on the way. Nothing is told to the program by the test. */
async function syncWhole(stack: Stack, name: string) {
  const { place } = stack;
  await untilStatus(place, name, 'NOT_RUN');
  await stack.desireChange(name);
  await stack.runSchedule(name);
  const waiting = await untilStatus(place, name, 'PENDING_APPROVAL');
  await stack.decideInPortal(name, 'approved', 'Megan Bowen', 'Fine');
  const idle = await untilStatus(place, name, 'IDLE');
  expect(runOf(idle)).toMatchObject({ outcome: 'SUCCEEDED', trigger: 'SCHEDULED' });
  expect(runOf(idle).decisions).toMatchObject([{ verdict: 'APPROVE', via: 'PORTAL' }]);
  expect(changeSetOf(idle).digest).toBe(changeSetOf(waiting).digest);
  const steps = await stepsOf(stack, name);
  expect([steps, isWayThrough(STEPS, steps)]).toEqual([steps, true]);
}

/** Not while a run is open, and not before hooks are seen to work. */
const NEVER_POLLS = {
  POLL_WATCHED_SECONDS: HOUR,
  POLL_ACTIVE_SECONDS: HOUR,
  POLL_IDLE_SECONDS: HOUR,
  POLL_HOOKED_SECONDS: '0.2',
};

describe('where hooks alone make the program look', () => {
  let stack: Stack;
  beforeAll(async () => {
    const names = ['good', 'copied', 'foreign'];
    stack = await startStack({ tenants: names, hooks: true, settings: NEVER_POLLS });
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  test('A hint that another instance took reaches the one that polls', async () => {
    const { place, sandbox, database } = stack;
    sandbox.control.setHookManners({ copies: 0 });
    await untilStatus(place, 'foreign', 'NOT_RUN');
    await stack.runSchedule('foreign');
    const { organization, project } = place;
    const hint = JSON.stringify({ project: { organization, project }, buildId: null, isHook: true });
    await waitFor('the run to be seen', async () => {
      await database.database.db.execute(sql`select pg_notify(${HINTED}, ${hint})`);
      return untilTenant(place, 'foreign', 'was run', ({ status }) => status !== 'NOT_RUN');
    });
    sandbox.control.setHookManners({});
  });

  test('Web hooks alone bring every step of a sync that the schedule started', async () => {
    await syncWhole(stack, 'good');
  });

  test('Hooks that come three times and overtake each other bring the same steps', async () => {
    stack.sandbox.control.setHookManners({ copies: 3, lateMs: 300, isShuffled: true });
    await syncWhole(stack, 'copied');
    stack.sandbox.control.setHookManners({});
  });

  test('A project is looked at by the cadence of hooks once they have announced a run in time', async () => {
    stack.sandbox.control.setHookManners({ copies: 0 });
    const looks = new Set<number>();
    await waitFor('looks that no hook asked for', async () => {
      const [look] = await stack.database.database.db.select().from(projectLooks);
      return looks.add(look?.lookedAt?.getTime() ?? 0).size > 3;
    });
  });
});

describe('where the program polls', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ tenants: ['silent', 'late'], hooks: true });
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  test('Silent hooks change nothing but who finds the steps', async () => {
    stack.sandbox.control.setHookManners({ copies: 0 });
    await syncWhole(stack, 'silent');
    expect(stack.sandbox.world.hooksSent()).toBe(0);
  });

  test('Hooks that come when all is over change nothing', async () => {
    const { place, sandbox, database } = stack;
    sandbox.control.setHookManners({ copies: 0 });
    await syncWhole(stack, 'late');
    const { db } = database.database;
    const everything = async () => [await stepsOf(stack, 'late'), await db.select().from(events)];
    const before = await everything();
    const [tenant] = await db.select().from(tenants).where(eq(tenants.name, 'late'));
    const [run] = sandbox.world.runs().filter(({ repository }) => repository === 'late');
    const sentAt = await databaseNow(db);
    for (const event of Object.values(HOOK_EVENTS)) {
      const answer = await fetch(`${new URL(place.url).origin}${HOOK_PATH}`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`x:${SANDBOX_HOOK_SECRET}`).toString('base64')}` },
        body: JSON.stringify({
          eventType: event,
          resource: { run: { id: run?.buildId }, projectId: tenant?.projectId },
        }),
      });
      expect(answer.status).toBe(202);
    }
    await waitFor('a look', async () => {
      const [look] = await db.select().from(projectLooks);
      return look?.lookedAt && look.lookedAt > sentAt;
    });
    expect(await everything()).toEqual(before);
  });
});

import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { holderOf, type Instances, startInstances } from '../support/instances.ts';
import { changeSetOf, decide, runOf, startSync, untilStatus } from '../support/journey.ts';
import { waitFor } from '../support/wait-for.ts';

let instances: Instances;
beforeAll(async () => {
  instances = await startInstances({ tenants: ['frozen'] });
});
afterAll(() => instances[Symbol.asyncDispose]());

test(
  'An instance that was frozen in the middle of a look is replaced, and writes nothing when it thaws',
  { timeout: 120_000 },
  async () => {
    const { stack, running } = instances;
    let freeze = () => {};
    let isToFreeze = false;
    await using proxy = await startHttpProxy({
      target: () => stack.sandbox.url,
      // It has asked how the run is, and never gets to writing that down in time.
      onAnswer: ({ path }) => {
        if (!isToFreeze || !path.includes('/timeline')) return;
        isToFreeze = false;
        freeze();
      },
    });
    const sleeper = await instances.add({
      through: (environment) => ({
        ...environment,
        AZURE_DEVOPS_PROJECTS: environment.AZURE_DEVOPS_PROJECTS?.replaceAll(stack.sandbox.url, proxy.url),
      }),
    });
    await untilStatus(stack.place, 'frozen', 'NOT_RUN');
    await instances.add();
    expect(await holderOf(stack)).toBe(sleeper.pid);

    await stack.desireChange('frozen');
    const tenant = await untilStatus(stack.place, 'frozen', 'NOT_RUN');
    await startSync(stack.place, tenant.id);
    const waiting = await untilStatus(stack.place, 'frozen', 'PENDING_APPROVAL');
    const frozen = new Promise<void>((resolve) => {
      freeze = () => {
        sleeper.freeze();
        running.splice(running.indexOf(sleeper), 1);
        resolve();
      };
    });
    isToFreeze = true;
    await frozen;
    const frozenAt = performance.now();
    await waitFor('the other to look', async () => ![0, sleeper.pid].includes(await holderOf(stack)), {
      withinMs: 60_000,
    });
    const takenOverAfter = Math.round(performance.now() - frozenAt);
    await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    const idle = await untilStatus(stack.place, 'frozen', 'IDLE');
    const { db } = stack.database.database;
    const id = runOf(idle).id as `run_${string}`;
    const before = await db.select().from(syncRuns).where(eq(syncRuns.id, id));
    sleeper.thaw();
    await waitFor(
      'the sleeper to notice',
      () => sleeper.lastLines().some((line) => line.includes('A lease was lost')),
      { withinMs: 60_000 },
    );
    expect(await db.select().from(syncRuns).where(eq(syncRuns.id, id))).toEqual(before);
    expect(runOf(idle).outcome).toBe('SUCCEEDED');
    console.log(`a frozen instance was replaced after ${takenOverAfter} ms`);
  },
);

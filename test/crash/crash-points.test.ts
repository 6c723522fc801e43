import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectNothingHalfDone, travel } from '../support/crash-journeys.ts';
import { type CrashWorld, startCrashWorld } from '../support/crash-world.ts';

let world: CrashWorld;
beforeAll(async () => {
  world = await startCrashWorld({ tenants: ['contoso'] });
});
afterAll(() => world[Symbol.asyncDispose]());

test(
  'Killed right after Azure DevOps took a start, and again after it took an answer, it does all that it acknowledged, once',
  { timeout: 180_000 },
  async () => {
    const aims = [/^after POST .*\/pipelines\/#\/runs$/, /^after PATCH .*\/pipelines\/approvals$/];
    world.aimAt((point) => {
      if (!aims[0]?.test(point)) return false;
      aims.shift();
      return true;
    });
    await travel(world, 'approve', 'contoso');
    await expectNothingHalfDone(world);
    expect(world.crashes()).toBe(2);
    const { repeated, blind } = world.readBacks();
    expect(blind).toEqual([]);
    expect(repeated).toBe(0);
  },
);

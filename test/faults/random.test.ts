import { expect, it } from 'vitest';
import { judge } from '../support/judge.ts';
import { switchOnRandomFaults } from '../support/random-faults.ts';
import { runRandomSyncs } from '../support/random-syncs.ts';
import { startStack } from '../support/stack.ts';

const TENANTS = ['one', 'two', 'three', 'four', 'five', 'six'];

/** The short form of test/long/random-faults.test.ts. */
it('a dozen syncs end as they really did while random faults hit every kind of request', async () => {
  await using stack = await startStack({ tenants: TENANTS, delegated: TENANTS.slice(3) });
  switchOnRandomFaults(stack, 20_261_123);
  const done = await runRandomSyncs({ stack, tenants: TENANTS, syncs: 12, seed: 7, withinMs: 100_000 });
  expect(done).toHaveLength(12);
  stack.sandbox.control.switchOff();
  expect(await judge(stack)).toEqual([]);
}, 150_000);

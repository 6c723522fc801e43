import { expect, it } from 'vitest';
import { judge } from '../support/judge.ts';
import { HIT_KINDS, switchOnRandomFaults } from '../support/random-faults.ts';
import { runRandomSyncs } from '../support/random-syncs.ts';
import { startStack } from '../support/stack.ts';

const TENANTS = Array.from({ length: 12 }, (_, index) => `tenant-${index + 1}`);
const SYNCS = 200;
const SEED = Number(process.env.SEED ?? 20_261_123);

/** `SEED=1 npm run test:long -- test/long/random-faults.test.ts` takes another course. */
it('200 syncs through all endings end as they really did while random faults hit every kind of request', async () => {
  await using stack = await startStack({ tenants: TENANTS, delegated: TENANTS.slice(6) });
  switchOnRandomFaults(stack, SEED);
  const startedAt = performance.now();
  const done = await runRandomSyncs({ stack, tenants: TENANTS, syncs: SYNCS, seed: SEED, withinMs: 300_000 });
  const { requests } = stack.sandbox.control.faults();
  stack.sandbox.control.switchOff();
  const problems = await judge(stack);

  console.log(
    `${done.length} syncs in ${Math.round((performance.now() - startedAt) / 1_000)} s, seed ${SEED}`,
  );
  console.table(
    Map.groupBy(done, ({ outcome }) => outcome)
      .entries()
      .map(([outcome, all]) => ({ outcome, syncs: all.length }))
      .toArray(),
  );
  console.table(requests);
  expect(done).toHaveLength(SYNCS);
  expect(problems).toEqual([]);
  for (const kind of HIT_KINDS) {
    const { requests: count, faults } = requests[kind];
    expect({ kind, isHit: count > 0 && faults / count >= 0.05 }).toEqual({ kind, isHit: true });
  }
}, 3_600_000);

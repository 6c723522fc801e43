import { expect, test } from 'vitest';
import { judge, report } from '../support/torture-verdict.ts';
import { torture } from '../support/torture.ts';

test('10,000 events under torture reach 20 subscribers: none lost, out of order, doubled or invented', async () => {
  const outcome = await torture({ events: 10_000, writers: 8, subscribers: 20, longestHoldMs: 500 });
  const verdict = judge(outcome);
  console.log(report(outcome, verdict));
  expect(verdict.events).toBeGreaterThanOrEqual(10_000);
  expect(verdict).toMatchObject({ lost: 0, outOfOrder: 0, doubled: 0, invented: 0 });
});

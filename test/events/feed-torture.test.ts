import { expect, test } from 'vitest';
import { judge } from '../support/torture-verdict.ts';
import { torture } from '../support/torture.ts';

/** The short form; test/long/feed-torture.test.ts is the whole. */
test('Nothing is lost, reordered, doubled or invented while writers overlap, listeners die and Postgres restarts', async () => {
  const outcome = await torture({ events: 240, writers: 8, subscribers: 10, longestHoldMs: 100 });
  expect(outcome.listenerKills).toBeGreaterThan(0);
  expect(judge(outcome)).toMatchObject({ lost: 0, outOfOrder: 0, doubled: 0, invented: 0 });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TENANT_STATUSES } from '../../src/tenants/tenant.ts';
import { get } from '../support/client.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const TIME_SCALE = 20;
const AN_HOUR_MS = 3_600_000 / TIME_SCALE;
const SAMPLE_EVERY_MS = 500;

let stack: Stack;
beforeAll(async () => {
  // The sign-in window is the API's and passes in real time: scaled down by hand.
  stack = await startStack({
    tenants: 'showcase',
    timeScale: TIME_SCALE,
    signInWindowSeconds: 180 / TIME_SCALE,
  });
}, 60_000);
afterAll(() => stack[Symbol.asyncDispose]());

type Counts = { tenantStatusCounts: { status: string; count: number }[] };

async function missing(): Promise<string[]> {
  const { tenantStatusCounts } = await get<Counts>(
    stack.place.url,
    '{ tenantStatusCounts { status count } }',
  );
  const shown = new Set(tenantStatusCounts.filter(({ count }) => count > 0).map(({ status }) => status));
  return TENANT_STATUSES.filter((status) => !shown.has(status));
}

it('shows every one of the seven statuses, for an hour, although nobody does anything', async () => {
  await waitFor('all seven statuses', async () => (await missing()).length === 0, { withinMs: 60_000 });
  const absences = new Map<string, number>();
  let samples = 0;
  for (const until = performance.now() + AN_HOUR_MS; performance.now() < until; samples++) {
    for (const status of await missing()) absences.set(status, (absences.get(status) ?? 0) + 1);
    await sleep(SAMPLE_EVERY_MS);
  }
  console.log(`${samples} samples over an hour of the sandbox's time; absent:`, Object.fromEntries(absences));
  // Between one scenario's end and the next one's beginning lie a few looks of the poller, at most.
  for (const [status, count] of absences) expect(count / samples, status).toBeLessThan(0.02);
  expect(await missing()).toEqual([]);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { runOf, startSync, untilTenant, untilStatus } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { readTenant } from '../support/journey.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['unattended'], delegated: true });
});
afterAll(() => stack[Symbol.asyncDispose]());

it('keeps the sign-in window open for 180 seconds, and then ends the run in New error', async () => {
  const tenant = await untilStatus(stack.place, 'unattended', 'NOT_RUN');
  await startSync(stack.place, tenant.id);
  const waiting = await untilTenant(
    stack.place,
    'unattended',
    'shows a code',
    (one) => !!one.latestRun?.authentication,
  );
  const openedAt = Date.now();
  const windowMs = Date.parse(runOf(waiting).authentication?.expiresAt ?? '') - openedAt;
  expect(windowMs / 1_000).toBeGreaterThan(170);
  expect(windowMs / 1_000).toBeLessThanOrEqual(180);
  const failed = await waitFor(
    'the end of the run',
    async () => {
      const now = await readTenant(stack.place, 'unattended');
      return now?.status === 'NEW_ERROR' ? now : null;
    },
    { withinMs: 300_000 },
  );
  console.log(`The run ended ${((Date.now() - openedAt) / 1_000).toFixed(1)} s after the code was shown.`);
  expect(Date.now() - openedAt).toBeGreaterThan(175_000);
  expect(runOf(failed).outcome).toBe('AUTHENTICATION_EXPIRED');
});

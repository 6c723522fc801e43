import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseNow } from '../../src/database/database.ts';
import { type Instances, startInstances } from '../support/instances.ts';
import { changeSetOf, decide, runOf, startSync, untilStatus } from '../support/journey.ts';

const WINDOW_SECONDS = 60;

let instances: Instances;
beforeAll(async () => {
  instances = await startInstances({
    tenants: ['late'],
    delegated: true,
    signInWindowSeconds: WINDOW_SECONDS,
  });
});
afterAll(() => instances[Symbol.asyncDispose]());

test(
  'An instance whose clock is off by ten minutes signs in, shows and decides like any other',
  { timeout: 120_000 },
  async () => {
    const { stack } = instances;
    await instances.add({ preload: './test/support/skewed-clock.ts' });
    const { place } = stack;
    const now = async () => (await databaseNow(stack.database.database.db)).getTime();
    const startedAt = await now();
    await stack.desireChange('late');
    const tenant = await untilStatus(place, 'late', 'NOT_RUN');
    await startSync(place, tenant.id);
    const pending = await untilStatus(place, 'late', 'PENDING_AUTHENTICATION');
    const { userCode, expiresAt } = runOf(pending).authentication ?? {};
    const endsAt = Date.parse(expiresAt ?? '');
    expect(endsAt).toBeGreaterThan(startedAt);
    expect(endsAt).toBeLessThanOrEqual((await now()) + WINDOW_SECONDS * 1_000);
    stack.signIn('late', userCode ?? '');
    const waiting = await untilStatus(place, 'late', 'PENDING_APPROVAL');
    expect(await decide(place, 'approveChangeSet', changeSetOf(waiting))).toMatchObject({
      __typename: 'Decision',
    });
    expect(runOf(await untilStatus(place, 'late', 'IDLE'))).toMatchObject({ outcome: 'SUCCEEDED' });
  },
);

import { expect, test } from 'vitest';
import { describeRolling, rollingRestart } from '../support/rolling-restart.ts';

const ROLLS = 5;

test(
  'Five rolling restarts of all instances under load and a thousand sockets fail no mutation and lose no event',
  { timeout: 1_800_000 },
  async () => {
    const result = await rollingRestart({ rolls: ROLLS, instances: 2, subscribers: 1_000, tenants: 6 });
    console.log(describeRolling(result));
    expect(result.restarts).toBe(ROLLS * 2);
  },
);

import { expect, test } from 'vitest';
import { renewedTokens } from '../../src/pipeline/access-tokens.ts';
import { waitFor } from '../support/wait-for.ts';

const endsIn = (ms: number) => new Date(Date.now() + ms).toISOString();

test('A token is asked for anew before it ends, and once for all who want it', async () => {
  let asked = 0;
  const renew = () => Promise.resolve({ accessToken: `t${++asked}`, expiresAt: endsIn(3_600_000) });
  const tokens = renewedTokens({ accessToken: 't0', expiresAt: endsIn(5_000) }, renew);
  expect(await tokens.get()).toBe('t0');
  // Half of a short life is over long before its end.
  await waitFor('another token', async () => (await tokens.get()) === 't1');
  expect(await Promise.all([tokens.get('t1'), tokens.get('t1'), tokens.get()])).toEqual(['t2', 't2', 't1']);
  expect(await tokens.get('t1')).toBe('t2');
  expect(asked).toBe(2);
});

test('A clock that is ahead does not ask before each request', async () => {
  let asked = 0;
  const renew = () => Promise.resolve({ accessToken: `t${++asked}`, expiresAt: endsIn(-7_200_000) });
  const tokens = renewedTokens({ accessToken: 't0', expiresAt: endsIn(-7_200_000) }, renew);
  for (let request = 0; request < 10; request++) await tokens.get();
  expect(asked).toBe(0);
});

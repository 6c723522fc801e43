import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeSetOf, decide, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

const keyNamed = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [before, after] = [keyNamed('before'), keyNamed('after')];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    tenants: ['rotated'],
    delegated: true,
    settings: { ENCRYPTION_KEYS: before },
  });
});
afterAll(() => stack[Symbol.asyncDispose]());

/** Which keys wrap what is sealed in the database. */
async function wrappingKeys(): Promise<Set<string>> {
  const { rows } = await stack.database.database.db.execute<{ id: string }>(sql`
    select split_part(sealed, '.', 2) as id from token_caches
    union all select split_part(sealed, '.', 2) from digest_keys
    union all select split_part(sealed_user_code, '.', 2) from authentication_challenges`);
  return new Set(rows.map(({ id }) => id));
}

const rotate = () =>
  spawnSync(process.execPath, ['src/secrets-main.ts'], {
    env: { ...process.env, DATABASE_URL: stack.database.url, ENCRYPTION_KEYS: `${after},${before}` },
    encoding: 'utf8',
  });

it('a rotation of the keys changes no digest under review, loses no sign-in, and leaves the old key unused', async () => {
  const tenant = await untilStatus(stack.place, 'rotated', 'NOT_RUN');
  await stack.desireSecret('rotated', 'a-new-wifi-key');
  await startSync(stack.place, tenant.id);
  const asked = await untilTenant(
    stack.place,
    'rotated',
    'shows a code',
    (one) => !!one.latestRun?.authentication?.userCode,
  );
  stack.signIn('rotated', runOf(asked).authentication?.userCode ?? '');
  const waiting = await untilStatus(stack.place, 'rotated', 'PENDING_APPROVAL');
  const reviewed = changeSetOf(waiting);

  await stack.restartApp({ ENCRYPTION_KEYS: `${after},${before}` });
  expect(await wrappingKeys()).toContain('before');
  expect(rotate()).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('digest_keys.sealed: 1') as string,
  });
  expect(await wrappingKeys()).toEqual(new Set(['after']));
  await stack.restartApp({ ENCRYPTION_KEYS: after });

  const still = await untilStatus(stack.place, 'rotated', 'PENDING_APPROVAL');
  expect(changeSetOf(still).digest).toBe(reviewed.digest);
  await decide(stack.place, 'approveChangeSet', reviewed);
  const idle = await untilStatus(stack.place, 'rotated', 'IDLE');
  expect(runOf(idle).outcome).toBe('SUCCEEDED');

  await startSync(stack.place, tenant.id);
  const again = await untilTenant(
    stack.place,
    'rotated',
    'was synced again without a sign-in',
    (one) => one.version > idle.version && one.status === 'IDLE',
  );
  expect(runOf(again)).toMatchObject({ outcome: 'SUCCEEDED', authentication: null });
});

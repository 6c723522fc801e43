import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get } from '../support/client.ts';
import { runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    tenants: ['answered', 'ignored', 'declined', 'restarted'],
    delegated: true,
    signInWindowSeconds: 6,
  });
});
afterAll(() => stack[Symbol.asyncDispose]());

async function untilCode(name: string) {
  const tenant = await untilStatus(stack.place, name, 'NOT_RUN');
  await startSync(stack.place, tenant.id);
  const waiting = await untilTenant(
    stack.place,
    name,
    'shows a code',
    (one) => !!one.latestRun?.authentication?.userCode,
  );
  expect(waiting.status).toBe('PENDING_AUTHENTICATION');
  return waiting;
}

describe('a sync that needs somebody to sign in', () => {
  it('shows the code and the address, and goes on by itself when somebody signed in', async () => {
    const waiting = await untilCode('answered');
    const { userCode, verificationUri } = runOf(waiting).authentication ?? {};
    expect(verificationUri).toMatch(/^https?:\/\//);
    stack.signIn('answered', userCode ?? '');
    const idle = await untilStatus(stack.place, 'answered', 'IDLE');
    expect(runOf(idle)).toMatchObject({ outcome: 'SUCCEEDED', authentication: null });
  });

  it('needs no sign-in the next time', async () => {
    const before = await untilStatus(stack.place, 'answered', 'IDLE');
    await startSync(stack.place, before.id);
    const after = await untilTenant(
      stack.place,
      'answered',
      'is idle',
      (one) => one.status === 'IDLE' && one.version > before.version,
    );
    expect(runOf(after).outcome).toBe('SUCCEEDED');
  });

  it('ends in New error when nobody signs in before the window closes', async () => {
    await untilCode('ignored');
    const failed = await untilStatus(stack.place, 'ignored', 'NEW_ERROR');
    expect(runOf(failed)).toMatchObject({
      outcome: 'AUTHENTICATION_EXPIRED',
      error: { code: 'AUTHENTICATION_EXPIRED' },
    });
  });

  it('ends in New error when the sign-in is declined', async () => {
    const waiting = await untilCode('declined');
    stack.declineSignIn(runOf(waiting).authentication?.userCode ?? '');
    const failed = await untilStatus(stack.place, 'declined', 'NEW_ERROR');
    expect(runOf(failed).outcome).toBe('AUTHENTICATION_EXPIRED');
  });

  it('gets a new code when the authentication is restarted, and the code stays hidden from viewers', async () => {
    const waiting = await untilCode('restarted');
    const first = runOf(waiting).authentication?.userCode;
    const query = `mutation ($input: RestartAuthenticationInput!) {
      restartAuthentication(input: $input) { __typename ... on Refusal { message } }
    }`;
    await get(stack.place.url, query, {
      variables: { input: { syncRunId: runOf(waiting).id } },
      as: 'operator',
    });
    const again = await untilTenant(stack.place, 'restarted', 'shows another code', (one) => {
      const code = one.latestRun?.authentication?.userCode;
      return !!code && code !== first;
    });
    const seenByViewer = await get<{ syncRun: { authentication: { userCode: string | null } } }>(
      stack.place.url,
      'query ($id: ID!) { syncRun(id: $id) { authentication { userCode } } }',
      { variables: { id: runOf(again).id }, as: 'viewer' },
    );
    expect(seenByViewer.syncRun.authentication.userCode).toBeNull();
    stack.signIn('restarted', runOf(again).authentication?.userCode ?? '');
    await untilStatus(stack.place, 'restarted', 'IDLE');
  });
});

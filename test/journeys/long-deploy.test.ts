import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPath } from '../../src/pipeline/configuration-file.ts';
import { collectEntraSecrets } from '../support/entra-secrets.ts';
import { changeSetOf, decide, runOf, startSync, untilStatus } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

const TOKENS_LIVE_SECONDS = 2;
const CHANGES = 3;
const PERSONAL = 'with-a-person';
const APPLICATION = 'with-an-application';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: [PERSONAL, APPLICATION], delegated: [PERSONAL] });
});
afterAll(() => stack[Symbol.asyncDispose]());

/** Turns policies around: as many writes as that. */
async function changePolicies(name: string): Promise<void> {
  const isPolicy = (path: string) =>
    readPath(path)?.configurationType === 'MSGraph:ConditionalAccess:Policies';
  const policies = [...(await stack.mainFiles(name))].filter(([path]) => isPolicy(path));
  expect(policies.length).toBeGreaterThanOrEqual(CHANGES);
  for (const [path, text] of policies.slice(0, CHANGES)) {
    const { state } = JSON.parse(text) as { state: string };
    const other = state === 'enabled' ? 'disabled' : 'enabled';
    await stack.editMain(name, path, (before) =>
      before.replace(`"state": "${state}"`, `"state": "${other}"`),
    );
  }
}

const isForTenant = (token: string) => decodeJwt(token).aud === 'https://graph.microsoft.com';

async function untilWaiting(name: string) {
  await changePolicies(name);
  const tenant = await untilStatus(stack.place, name, 'NOT_RUN');
  await startSync(stack.place, tenant.id);
  if (name === PERSONAL) {
    const asked = await untilStatus(stack.place, name, 'PENDING_AUTHENTICATION');
    stack.signIn(name, runOf(asked).authentication?.userCode ?? '');
  }
  return untilStatus(stack.place, name, 'PENDING_APPROVAL');
}

it(
  'Deploys that take longer than a token lives are given new ones, and end right',
  { timeout: 120_000 },
  async () => {
    using secrets = collectEntraSecrets();
    stack.sandbox.control.letTenantTokensLive(TOKENS_LIVE_SECONDS);
    const names = [PERSONAL, APPLICATION];
    const waiting = await Promise.all(names.map(untilWaiting));
    // Graph refuses every third call for a second: each change takes about as long.
    stack.sandbox.graph.behave({ throttleEvery: 3, retryAfterSeconds: 1 });
    const directoryOf = (token: string) => decodeJwt(token).tid;
    const before = secrets.of('access_token').length;
    const startedAt = performance.now();
    await Promise.all(waiting.map((tenant) => decide(stack.place, 'approveChangeSet', changeSetOf(tenant))));
    const idle = await Promise.all(names.map((name) => untilStatus(stack.place, name, 'IDLE')));
    const tookMs = Math.round(performance.now() - startedAt);
    const given = secrets.of('access_token').slice(before).filter(isForTenant);
    console.log(
      `${CHANGES} changes each in ${tookMs} ms, with ${given.length} tokens of ${TOKENS_LIVE_SECONDS} s`,
    );
    expect(idle.map((tenant) => runOf(tenant).outcome)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(tookMs).toBeGreaterThan(TOKENS_LIVE_SECONDS * 1_000);
    const perTenant = Map.groupBy(given, directoryOf)
      .values()
      .map(({ length }) => length)
      .toArray();
    expect(perTenant).toHaveLength(2);
    expect(Math.min(...perTenant)).toBeGreaterThan(1);
    expect(stack.sandbox.tenants.ledger()).toHaveLength(2 * CHANGES);
  },
);

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

const writes = () => stack.sandbox.tenants.ledger().length;
const isForTenant = (token: string) => decodeJwt(token).aud === 'https://graph.microsoft.com';

it.each([PERSONAL, APPLICATION])(
  'A deploy %s that takes longer than a token lives is given new ones, and ends right',
  { timeout: 120_000 },
  async (name) => {
    using secrets = collectEntraSecrets();
    await changePolicies(name);
    stack.sandbox.control.letTenantTokensLive(TOKENS_LIVE_SECONDS);
    const tenant = await untilStatus(stack.place, name, 'NOT_RUN');
    await startSync(stack.place, tenant.id);
    if (name === PERSONAL) {
      const asked = await untilStatus(stack.place, name, 'PENDING_AUTHENTICATION');
      stack.signIn(name, runOf(asked).authentication?.userCode ?? '');
    }
    const waiting = await untilStatus(stack.place, name, 'PENDING_APPROVAL');
    // Graph refuses every third call for a second: each change takes about as long.
    stack.sandbox.graph.behave({ throttleEvery: 3, retryAfterSeconds: 1 });
    const before = secrets.of('access_token').filter(isForTenant).length;
    const writesBefore = writes();
    const startedAt = performance.now();
    await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    const idle = await untilStatus(stack.place, name, 'IDLE');
    const tookMs = Math.round(performance.now() - startedAt);
    stack.sandbox.graph.behave({});
    const given = secrets.of('access_token').filter(isForTenant).length - before;
    console.log(`${CHANGES} changes in ${tookMs} ms, with ${given} tokens of ${TOKENS_LIVE_SECONDS} s`);
    expect(runOf(idle).outcome).toBe('SUCCEEDED');
    expect(tookMs).toBeGreaterThan(TOKENS_LIVE_SECONDS * 1_000);
    expect(given).toBeGreaterThan(1);
    expect(writes() - writesBefore).toBe(CHANGES);
  },
);

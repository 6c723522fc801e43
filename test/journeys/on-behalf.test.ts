/** Decisions of people who sign in to the API with Entra ID reach Azure DevOps as theirs. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisionTokens } from '../../src/change-sets/change-sets.table.ts';
import { forgetEndedTokens } from '../../src/change-sets/person-tokens.ts';
import { API_CLIENT_ID, API_DIRECTORY_ID } from '../../src/sandbox/entra/app-registrations.ts';
import { get } from '../support/client.ts';
import { changeSetOf, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let token: string;
let name: string;
beforeAll(async () => {
  stack = await startStack({
    tenants: ['theirs', 'ended', 'own-sync'],
    settings: { ENTRA_CALLER_DIRECTORIES: API_DIRECTORY_ID, ENTRA_CALLER_SCOPE: 'user_impersonation' },
  });
  const [account] = stack.sandbox.entra.accounts(API_DIRECTORY_ID);
  if (!account) throw new Error('The directory has no accounts.');
  name = account.displayName;
  token = await stack.sandbox.entra.tokenFor(account, API_CLIENT_ID, API_CLIENT_ID);
  const subject = `person/${API_DIRECTORY_ID}/${account.objectId}`;
  for (const role of ['APPROVER', 'OPERATOR'])
    await get(
      stack.place.url,
      `mutation { grantRole(input: { subject: "${subject}", role: ${role} }) { __typename } }`,
    );
});
afterAll(() => stack[Symbol.asyncDispose]());

async function askAsPerson(query: string): Promise<Record<string, Record<string, unknown>>> {
  const response = await fetch(stack.place.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { data: Record<string, Record<string, unknown>> };
  return data;
}

async function untilReview(tenantName: string) {
  const tenant = await untilStatus(stack.place, tenantName, 'NOT_RUN');
  await stack.desireChange(tenantName);
  await startSync(stack.place, tenant.id);
  return changeSetOf(await untilStatus(stack.place, tenantName, 'PENDING_APPROVAL'));
}

const approve = ({ id, digest }: { id: string; digest: string }) =>
  askAsPerson(
    `mutation { approveChangeSet(input: { changeSetId: "${id}", digest: "${digest}" }) { __typename ... on Decision { id state } ... on ActionRefused { reason } } }`,
  );
const keptTokens = () => stack.database.database.db.select().from(decisionTokens);

describe('a decision with a token of Entra ID', () => {
  it('is in Azure DevOps as the person, and the token is gone when it has arrived', async () => {
    expect((await approve(await untilReview('theirs'))).approveChangeSet?.__typename).toBe('Decision');
    const idle = await untilStatus(stack.place, 'theirs', 'IDLE');
    expect(runOf(idle)).toMatchObject({ outcome: 'SUCCEEDED', decisions: [{ by: { displayName: name } }] });
    expect(stack.answersToGates('theirs')).toMatchObject([{ details: { by: name } }]);
    expect(await keptTokens()).toEqual([]);
  });

  it('whose token ends before Azure DevOps could be told is given back to the person, and nobody steps in', async () => {
    const reviewed = await untilReview('ended');
    stack.sandbox.control.switchOn({ kind: 'unavailable', requests: 'decide', times: 1_000 });
    const { approveChangeSet } = await approve(reviewed);
    const id = String(approveChangeSet?.id) as `dec_${string}`;
    const { db } = stack.database.database;
    await db
      .update(decisionTokens)
      .set({ expiresAt: new Date(Date.now() - 1_000) })
      .where(eq(decisionTokens.decisionId, id));
    expect(await forgetEndedTokens(db)).toBe(1);
    expect((await keptTokens()).map(({ sealed }) => sealed)).toEqual(['']);
    const back = await untilTenant(
      stack.place,
      'ended',
      'has a failed decision',
      (one) => one.latestRun?.decisions[0]?.state === 'FAILED',
    );
    stack.sandbox.control.switchOff();
    expect(back.status).toBe('PENDING_APPROVAL');
    expect(stack.answersToGates('ended')).toEqual([]);
    expect(await keptTokens()).toEqual([]);
    await approve(reviewed);
    await untilStatus(stack.place, 'ended', 'IDLE');
    expect(stack.answersToGates('ended')).toMatchObject([{ details: { by: name } }]);
  });

  it('counts as the same person who asked for the sync, where four eyes are wanted', async () => {
    const tenant = await untilStatus(stack.place, 'own-sync', 'NOT_RUN');
    await get(
      stack.place.url,
      `mutation { setTenantPolicy(input: { tenantId: "${tenant.id}", fourEyes: true }) { __typename } }`,
    );
    await stack.desireChange('own-sync');
    await askAsPerson(`mutation { startSync(input: { tenantId: "${tenant.id}" }) { __typename } }`);
    const reviewed = changeSetOf(await untilStatus(stack.place, 'own-sync', 'PENDING_APPROVAL'));
    expect(await approve(reviewed)).toEqual({
      approveChangeSet: { __typename: 'ActionRefused', reason: 'FOUR_EYES' },
    });
    expect(stack.answersToGates('own-sync')).toEqual([]);
  });
});

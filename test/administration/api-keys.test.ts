import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { addChangeSet, addRun, addTenant } from '../support/rows.ts';
import { approval } from '../sync-runs/action-facts.ts';

let api: Api;
beforeAll(async () => void (api = await startApi()));
afterAll(() => api[Symbol.asyncDispose]());

type Secret = { prefix: string; createdAt: string; expiresAt: string; lastUsedAt: string | null };
type Key = { id: string; name: string; revokedAt: string | null; secrets: Secret[] };
type Made = { __typename: string; key: Key; secret: string; field?: string };

const KEY = 'id name revokedAt secrets { prefix createdAt expiresAt lastUsedAt }';
const MADE = `__typename ... on NewApiKey { key { ${KEY} } secret } ... on InvalidInput { field }`;

async function change(name: string, input: string): Promise<Made> {
  const { data, errors } = await api.ask<Record<string, Made>, unknown>(
    `mutation { ${name}(input: ${input}) { ${name === 'revokeApiKey' ? `__typename ... on ApiKey { ${KEY} }` : MADE} } }`,
    {},
    'admin',
  );
  const made = data?.[name];
  if (!made) throw new Error(JSON.stringify(errors));
  return made;
}

const list = async () =>
  (await api.ask<{ apiKeys: Key[] }, unknown>(`{ apiKeys { ${KEY} } }`, {}, 'admin')).data?.apiKeys ?? [];

async function statusOf(secret: string): Promise<number> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: '{"query":"{ viewer { roles } }"}',
  });
  return response.status;
}

const days = ({ createdAt, expiresAt }: Secret) =>
  (Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000;

test('A key is made for 90 days unless said otherwise, rotated with an overlap, and revoked, by mutation', async () => {
  const made = await change('createApiKey', '{ name: "nightly", roles: [OPERATOR] }');
  const [first] = made.key.secrets;
  if (!first) throw new Error('The key has no secret.');
  expect([days(first), first.lastUsedAt]).toEqual([90, null]);
  expect(made.secret.startsWith(first.prefix)).toBe(true);
  expect(await statusOf(made.secret)).toBe(200);
  expect((await list()).find(({ id }) => id === made.key.id)?.secrets[0]?.lastUsedAt).not.toBeNull();

  const rotated = await change('rotateApiKey', `{ keyId: "${made.key.id}", expiresInDays: 30 }`);
  const [old, fresh] = rotated.key.secrets;
  if (!old || !fresh) throw new Error('There are not two secrets.');
  expect(days(fresh)).toBe(30);
  expect((Date.parse(old.expiresAt) - Date.parse(fresh.createdAt)) / 3_600_000).toBeCloseTo(24, 3);
  expect([await statusOf(made.secret), await statusOf(rotated.secret)]).toEqual([200, 200]);
  const cut = await change('rotateApiKey', `{ keyId: "${made.key.id}", overlapHours: 0 }`);
  expect(await Promise.all([made, rotated, cut].map(({ secret }) => statusOf(secret)))).toEqual([
    401, 401, 200,
  ]);

  expect(await change('revokeApiKey', `{ keyId: "${made.key.id}" }`)).toMatchObject({
    name: 'nightly',
    secrets: [],
  });
  expect(await statusOf(cut.secret)).toBe(401);
  expect((await change('revokeApiKey', `{ keyId: "${made.key.id}" }`)).__typename).toBe('NotFound');
});

test('A key for a tenant shows and does nothing elsewhere', async () => {
  const tenant = await addTenant(api.db, 'keyed');
  await addTenant(api.db, 'not-keyed');
  const { secret } = await change(
    'createApiKey',
    `{ name: "one", roles: [VIEWER], tenantIds: ["${tenant.id}"] }`,
  );
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: '{"query":"{ tenants { nodes { name } } viewer { roles tenantRoles { roles } } }"}',
  });
  expect(await response.json()).toMatchObject({
    data: {
      tenants: { nodes: [{ name: 'keyed' }] },
      viewer: { roles: [], tenantRoles: [{ roles: ['VIEWER'] }] },
    },
  });
});

test('What makes no key says which part is wrong', async () => {
  const wrong = {
    name: '{ name: " ", roles: [VIEWER] }',
    roles: '{ name: "x", roles: [] }',
    tenantIds: '{ name: "x", roles: [VIEWER], tenantIds: ["x"] }',
    personId: '{ name: "x", roles: [VIEWER], personId: "megan@contoso.com" }',
    expiresInDays: '{ name: "x", roles: [VIEWER], expiresInDays: 366 }',
  };
  for (const [field, input] of Object.entries(wrong))
    expect(await change('createApiKey', input)).toMatchObject({ __typename: 'InvalidInput', field });
  const somebody = `personId: "${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}/${'1'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}"`;
  const { errors } = await api.ask(
    `mutation { createApiKey(input: { name: "x", roles: [APPROVER], ${somebody} }) { __typename } }`,
    {},
    'admin',
  );
  expect(errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
});

test('The approvers of a tenant are set by mutation, and are the only ones to decide', async () => {
  const tenant = await addTenant(api.db, 'approved');
  const set = async (approvers: string) =>
    (
      await api.ask<{ setTenantPolicy: object }, unknown>(
        `mutation { setTenantPolicy(input: { tenantId: "${tenant.id}", approvers: ${approvers} }) { __typename ... on Tenant { approvers fourEyes } ... on InvalidInput { field } } }`,
        {},
        'admin',
      )
    ).data?.setTenantPolicy;
  const gate = { ...approval, required: 1, expiresAt: null };
  const run = await addRun(api.db, tenant, { status: 'PENDING_APPROVAL', buildId: 5, approval: gate });
  const { id, digest } = await addChangeSet(api.db, run);
  const reject = async () =>
    (
      await api.ask<{ rejectChangeSet: object }, unknown>(
        `mutation { rejectChangeSet(input: { changeSetId: "${id}", digest: "${digest}" }) { __typename ... on ActionRefused { reason } } }`,
        {},
        'approver',
      )
    ).data?.rejectChangeSet;
  expect(await set('["megan@contoso.com"]')).toMatchObject({
    __typename: 'InvalidInput',
    field: 'approvers',
  });
  expect(await set('["key/other"]')).toMatchObject({ approvers: ['key/other'], fourEyes: false });
  expect(await reject()).toEqual({ __typename: 'ActionRefused', reason: 'NOT_AN_APPROVER' });
  expect(await set('["KEY/approver", "key/approver"]')).toMatchObject({ approvers: ['key/approver'] });
  expect(await reject()).toEqual({ __typename: 'Decision' });
  expect(await set('[]')).toMatchObject({ approvers: [] });
});

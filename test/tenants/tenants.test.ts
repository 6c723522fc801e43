import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '../../src/access/viewer.ts';
import { newId, type TenantId } from '../../src/lib/ids.ts';
import { DashboardDocument, StatusCountsDocument, TenantDetailDocument } from '../operations/graphql.ts';
import { type Api, startApi } from '../support/api.ts';
import { addRun, addTenant } from '../support/rows.ts';

let api: Api;
const visible = new Set<TenantId>();
const blinkered = (): Viewer => ({
  actor: { kind: 'API_KEY', id: 'key/blinkered', displayName: 'blinkered' },
  personId: 'key/blinkered',
  isMachine: true,
  grants: {
    fleet: new Set(),
    byTenant: new Map([...visible].map((id) => [id, new Set(['ADMIN'] as const)])),
  },
  expiresAt: null,
});

beforeAll(async () => {
  api = await startApi({ blinkered });
  const baseline = await addTenant(api.db, 'baseline', {
    displayName: 'Baseline 100%',
    domain: 'base.example',
  });
  for (const index of [1, 2, 3, 4, 5]) {
    const tenant = await addTenant(api.db, `customer-${index}`, {
      displayName: `Customer ${index}`,
      status: index % 2 ? 'IDLE' : 'NEW_ERROR',
      baselineId: baseline.id,
      statusSince: new Date(Date.UTC(2026, 0, index)),
    });
    if (index === 1) visible.add(tenant.id);
  }
  await addTenant(api.db, 'gone', { displayName: 'Gone', removedAt: new Date() });
});
afterAll(() => api[Symbol.asyncDispose]());

type Names = {
  tenants: {
    totalCount: number;
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
    nodes: { displayName: string }[];
  };
};
const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: TenantFilter, $orderBy: TenantOrder) {
  tenants(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { displayName }
  }
}`;
const list = (variables: Record<string, unknown> = {}, as: 'viewer' | 'blinkered' = 'viewer') =>
  api.ask<Names, unknown>(LIST, variables, as);
const names = async (variables: Record<string, unknown> = {}) =>
  (await list(variables)).data?.tenants.nodes.map(({ displayName }) => displayName);

test('Tenants are filtered by status, text, organization and baseline, each part at once', async () => {
  expect(await names({ filter: { status: ['NEW_ERROR'] } })).toEqual(['Customer 2', 'Customer 4']);
  expect(await names({ filter: { search: 'CUSTOMER-3' } })).toEqual(['Customer 3']);
  expect(await names({ filter: { search: 'base.EXAMPLE' } })).toEqual(['Baseline 100%']);
  expect(await names({ filter: { search: '100%' } })).toEqual(['Baseline 100%']);
  expect(await names({ filter: { search: '%' } })).toEqual(['Baseline 100%']);
  expect(await names({ filter: { search: '_ustomer' } })).toEqual([]);
  expect(await names({ filter: { organization: 'nobody' } })).toEqual([]);
  expect(await names({ filter: { isBaseline: true } })).toEqual(['Baseline 100%']);
  expect(await names({ filter: { includeRemoved: true, search: 'gone' } })).toEqual(['Gone']);
  expect(await names({ filter: { isBaseline: false, status: ['IDLE'], search: 'customer-1' } })).toEqual([
    'Customer 1',
  ]);
  expect(await names({ filter: { status: [] } })).toEqual([]);
});

test('Tenants are ordered by name, urgency and time, in both directions', async () => {
  expect((await names({ orderBy: { field: 'DISPLAY_NAME', direction: 'DESC' } }))?.[0]).toBe('Customer 5');
  expect(await names({ orderBy: { field: 'STATUS' }, first: 2 })).toEqual(['Customer 2', 'Customer 4']);
  expect(await names({ orderBy: { field: 'STATUS_SINCE' }, first: 2 })).toEqual(['Customer 1', 'Customer 2']);
});

test('Pages follow each other without gap or double in every order, forwards and backwards', async () => {
  for (const field of ['DISPLAY_NAME', 'STATUS', 'STATUS_SINCE']) {
    for (const direction of ['ASC', 'DESC']) {
      const orderBy = { field, direction };
      const all = await names({ orderBy, first: 100 });
      const forwards: (string | undefined)[] = [];
      for (let after: string | undefined; ;) {
        const page = (await list({ orderBy, first: 2, after })).data?.tenants;
        forwards.push(...(page?.nodes.map(({ displayName }) => displayName) ?? []));
        after = page?.pageInfo.endCursor;
        if (!page?.pageInfo.hasNextPage) break;
      }
      expect(forwards).toEqual(all);
      const last = (await list({ orderBy, last: 2 })).data?.tenants;
      const before = (await list({ orderBy, last: 2, before: last?.pageInfo.startCursor })).data?.tenants;
      expect(
        [...(before?.nodes ?? []), ...(last?.nodes ?? [])].map(({ displayName }) => displayName),
      ).toEqual(all?.slice(-4));
      expect(before?.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    }
  }
});

test('A cursor stays in its place when tenants come and go around it', async () => {
  const page = (await list({ first: 2 })).data?.tenants;
  await addTenant(api.db, 'early', { displayName: 'A tenant before all', removedAt: null });
  expect((await names({ first: 1, after: page?.pageInfo.endCursor }))?.[0]).toBe('Customer 2');
});

test('first takes 1 to 100, and anything else is an error that says so', async () => {
  for (const args of [
    { first: 0 },
    { first: 101 },
    { first: -1 },
    { last: 0 },
    { last: 101 },
    { first: 1, last: 1 },
  ]) {
    const { errors } = await list(args);
    expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(errors[0]?.message).toMatch(/1 to 100|not both/);
  }
  expect((await list({ first: 100 })).errors).toEqual([]);
});

test('A cursor that was made up, or of another order, is refused', async () => {
  const other = (await list({ orderBy: { field: 'STATUS' }, first: 1 })).data?.tenants.pageInfo.endCursor;
  const forged = Buffer.from(JSON.stringify(['tenants.STATUS_SINCE:ASC', "now()'", 'x'])).toString(
    'base64url',
  );
  for (const after of ['', 'x', 'null', other, forged, Buffer.from('{"a":1}').toString('base64url')]) {
    expect((await list({ after })).errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  }
  expect((await list({ after: forged, orderBy: { field: 'STATUS_SINCE' } })).errors[0]).toMatchObject({
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test('The counts by status have one entry for each of the seven', async () => {
  const { data } = await api.ask(StatusCountsDocument, { filter: { search: 'customer' } });
  expect(data?.tenantStatusCounts).toHaveLength(7);
  expect(data?.tenantStatusCounts).toContainEqual({ status: 'IDLE', count: 3 });
  expect(data?.tenantStatusCounts).toContainEqual({ status: 'STARTING', count: 0 });
});

test('The dashboard and the detail of a tenant are answered as their operations ask', async () => {
  const dashboard = await api.ask(DashboardDocument, {});
  expect(dashboard.errors).toEqual([]);
  const node = dashboard.data?.tenants.edges.find(
    ({ node: { displayName } }) => displayName === 'Customer 2',
  )?.node;
  expect(node).toMatchObject({ statusLabel: 'New error', baseline: { displayName: 'Baseline 100%' } });
  const detail = await api.ask(TenantDetailDocument, { id: node?.id ?? '' });
  expect(detail.errors).toEqual([]);
  expect(detail.data?.tenant?.syncRuns.totalCount).toBe(0);
});

test('A tenant is found by its id through tenant, node and nodes, and by its name', async () => {
  const id = [...visible][0];
  const query = `query ($id: ID!) { tenant(id: $id) { id } node(id: $id) { id __typename } nodes(ids: [$id, "${newId('ten')}"]) { id }
    tenantByName(organization: "contoso-group", project: "Tenants", name: "customer-1") { id } }`;
  const { data } = await api.ask<unknown, unknown>(query, { id });
  expect(data).toEqual({
    tenant: { id },
    node: { id, __typename: 'Tenant' },
    nodes: [{ id }, null],
    tenantByName: { id },
  });
});

test('An unknown id is null, and a malformed one an error that says what ids look like', async () => {
  expect(
    (await api.ask(`{ tenant(id: "${newId('ten')}") { id } node(id: "${newId('run')}") { id } }`)).data,
  ).toEqual({ tenant: null, node: null });
  for (const id of ['', 'x', newId('run'), 'ten_', 'VGVuYW50OjE=']) {
    expect(
      (await api.ask<unknown, unknown>('query ($id: ID!) { tenant(id: $id) { id } }', { id })).errors[0],
    ).toMatchObject({
      message: expect.stringContaining('ten_') as string,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  for (const id of [
    '',
    'x',
    '__proto___00000000000000000000000000000000',
    'zzz_00000000000000000000000000000000',
  ]) {
    expect(
      (await api.ask<unknown, unknown>('query ($id: ID!) { node(id: $id) { id } }', { id })).errors[0],
    ).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  }
});

test('Nobody sees a tenant, or a run of one, that is not theirs: it is answered like a random id', async () => {
  const foreign = await addTenant(api.db, 'foreign');
  const run = await addRun(api.db, foreign);
  const { data } = await list({ first: 100 }, 'blinkered');
  expect(data?.tenants).toMatchObject({ totalCount: 1, nodes: [{ displayName: 'Customer 1' }] });
  const query = (tenantId: string, runId: string) =>
    `{ tenant(id: "${tenantId}") { id } syncRun(id: "${runId}") { id } nodes(ids: ["${tenantId}", "${runId}"]) { id } syncRuns { totalCount }
       tenantByName(organization: "contoso-group", project: "Tenants", name: "foreign") { id } }`;
  const ofForeign = await api.ask(query(foreign.id, run.id), {}, 'blinkered');
  const ofRandom = await api.ask(query(newId('ten'), newId('run')), {}, 'blinkered');
  expect(ofForeign).toEqual(ofRandom);
  expect(ofForeign.data).toMatchObject({
    tenant: null,
    syncRun: null,
    nodes: [null, null],
    syncRuns: { totalCount: 0 },
  });
  const start = (id: string) =>
    api.ask(`mutation { startSync(input: { tenantId: "${id}" }) { __typename } }`, {}, 'blinkered');
  expect(await start(foreign.id)).toEqual(await start(newId('ten')));
});

test('A tenant is stale when Azure DevOps could not be asked for longer than promised', async () => {
  const stale = await addTenant(api.db, 'stale', { observedAt: new Date(Date.now() - 91_000) });
  const fresh = await addTenant(api.db, 'fresh', { observedAt: new Date(Date.now() - 60_000) });
  const { data } = await api.ask(
    `{ nodes(ids: ["${stale.id}", "${fresh.id}"]) { ... on Tenant { isStale } } }`,
  );
  expect(data).toEqual({ nodes: [{ isStale: true }, { isStale: false }] });
});

import { request as httpRequest } from 'node:http';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { type Api, type As, keyOf, startApi } from '../support/api.ts';
import { addRun, addTenant } from '../support/rows.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${keyOf('viewer')}`, ...headers },
    body,
  });

test('A request without a key, or with an unknown one, is told how to sign in, with status 401', async () => {
  for (const authorization of ['', 'Bearer wrong', 'Basic dGVzdA==', 'Bearer']) {
    const response = await post(JSON.stringify({ query: '{ viewer { roles } }' }), { authorization });
    expect(response.status).toBe(401);
    const body = await response.text();
    expect(body).toContain('UNAUTHENTICATED');
    expect(body).toContain('Authorization: Bearer');
  }
});

test('Who may ask for the schema is configured: anybody, whoever has a key, or nobody', async () => {
  await using closed = await startApi({ introspection: 'signed-in' });
  await using off = await startApi({ introspection: 'off' });
  const codeOf = async (from: Api, as: As, document = getIntrospectionQuery()) =>
    (await from.ask(document, {}, as)).errors[0]?.extensions?.code;
  expect(await codeOf(api, 'nobody')).toBeUndefined();
  expect(await codeOf(api, 'nobody', '{ __typename viewer { roles } }')).toBe('UNAUTHENTICATED');
  expect(await codeOf(closed, 'nobody')).toBe('UNAUTHENTICATED');
  expect(await codeOf(closed, 'viewer')).toBeUndefined();
  expect(await codeOf(off, 'admin')).toBe('INTROSPECTION_OFF');
  const hidden = '{ __typename ...a } fragment a on Query { __type(name: "Query") { name } }';
  expect(await codeOf(off, 'admin', hidden)).toBe('INTROSPECTION_OFF');
  expect(await codeOf(off, 'viewer', '{ __typename }')).toBeUndefined();
});

test('A body that is no JSON is a clear error with status 400', async () => {
  for (const body of ['', 'not json', '{"query": "{ viewer', '"text"', 'null', '[]', '{"query": 7}', '{}']) {
    const response = await post(body);
    expect([response.status, body]).toEqual([400, body]);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/\w+/) as string }],
    });
  }
});

test('A body of another type, or a mutation in an address, is refused', async () => {
  expect(
    (await post('query={viewer{roles}}', { 'content-type': 'application/x-www-form-urlencoded' })).status,
  ).toBe(415);
  expect((await post('{ viewer { roles } }', { 'content-type': 'text/plain' })).status).toBe(415);
  const mutation = `mutation { cancelSync(input: { syncRunId: "${newId('run')}" }) { __typename } }`;
  const response = await fetch(`${api.url}/graphql?query=${encodeURIComponent(mutation)}`, {
    headers: { authorization: `Bearer ${keyOf('admin')}`, accept: 'application/json' },
  });
  expect(response.status).toBe(405);
});

test('A body over 1 MiB is refused with status 413', async () => {
  const response = await post(
    JSON.stringify({ query: '{ viewer { roles } }', variables: { pad: 'x'.repeat(1024 * 1024) } }),
  );
  expect(response.status).toBe(413);
});

test('A document that cannot be read or does not fit the schema says where', async () => {
  expect((await api.ask('{ viewer {')).errors[0]?.message).toContain('Syntax Error');
  expect((await api.ask('{ viewer { nothing } }')).errors[0]?.message).toContain(
    'Cannot query field "nothing"',
  );
});

test('A NUL character anywhere is a clear user error', async () => {
  const search = 'query ($filter: TenantFilter) { tenants(filter: $filter) { totalCount } }';
  const asVariable = await api.ask<unknown, unknown>(search, { filter: { search: 'a\0b' } });
  expect(asVariable.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  expect(asVariable.errors[0]?.message).toContain('$filter.search holds a NUL');
  const asLiteral = await api.ask('{ tenants(filter: { search: "a\\u0000b" }) { totalCount } }');
  expect(asLiteral.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  const mutation = 'mutation ($input: StartSyncInput!) { startSync(input: $input) { __typename } }';
  const inMutation = await api.ask<unknown, unknown>(
    mutation,
    { input: { tenantId: newId('ten'), comment: '\0' } },
    'admin',
  );
  expect(inMutation.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
});

test('A role that does not suffice is an error with the code FORBIDDEN that names the role', async () => {
  const tenant = await addTenant(api.db, 'forbidden');
  const mutation = `mutation { startSync(input: { tenantId: "${tenant.id}" }) { __typename } }`;
  const { errors } = await api.ask(mutation, {}, 'viewer');
  expect(errors[0]).toMatchObject({ path: ['startSync'], extensions: { code: 'FORBIDDEN' } });
  expect(errors[0]?.message).toContain('OPERATOR');
});

test('What only Azure DevOps knows is UPSTREAM_UNAVAILABLE while it is away, and the rest is answered', async () => {
  const tenant = await addTenant(api.db, 'upstream');
  const run = await addRun(api.db, tenant, { buildId: 12, name: '20261123.1' });
  const { data, errors } = await api.ask<{ syncRun: { status: string; artifacts: null } }, unknown>(
    `{ syncRun(id: "${run.id}") { status artifacts { name } } }`,
    {},
    'operator',
  );
  expect(data?.syncRun).toEqual({ status: 'IN_PROGRESS', artifacts: null });
  expect(errors[0]).toMatchObject({ extensions: { code: 'UPSTREAM_UNAVAILABLE' } });
});

test('Logs and artifacts are given to those who may read them, and to nobody else', async () => {
  const tenant = await addTenant(api.db, 'logs');
  const run = await addRun(api.db, tenant, { buildId: 13 });
  const status = async (id: string, as: string) =>
    (await fetch(`${api.url}/runs/${id}/logs`, { headers: { authorization: `Bearer ${keyOf(as)}` } })).status;
  expect(await status(run.id, 'nobody-s-key')).toBe(401);
  expect(await status(run.id, 'viewer')).toBe(403);
  expect(await status(run.id, 'operator')).toBe(502);
  expect(await status(newId('run'), 'operator')).toBe(404);
  expect(await status('run_1', 'operator')).toBe(404);
});

test('GraphiQL comes with all its files, which are compressed and kept, and no script of others runs in it', async () => {
  const page = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none';");
  const html = await page.text();
  expect(html).not.toMatch(/<script>|https?:\/\//);
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
  expect(files).toHaveLength(3);
  for (const path of files) {
    const file = await fetch(`${api.url}${path}`, { headers: { 'accept-encoding': 'gzip' } });
    expect([file.status, file.headers.get('content-encoding')]).toEqual([200, 'gzip']);
    expect(file.headers.get('cache-control')).toContain('immutable');
    const text = await file.text();
    for (const [worker] of text.matchAll(/\/graphiql\/[\w-]+-worker[.\w-]+js/g))
      expect((await fetch(`${api.url}${worker}`)).headers.get('content-type')).toContain('javascript');
  }
});

test('GraphiQL keeps no key of those who type one, unless they ask for it in its settings', async () => {
  const page = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } });
  const [start = ''] = /\/graphiql\/start[^"]+/.exec(await page.text()) ?? [];
  const script = await (await fetch(`${api.url}${start}`)).text();
  // Yoga's page stores headers by default; `false` would take the choice away.
  expect(script).toContain('shouldPersistHeaders: undefined');
});

test('GraphiQL is off unless it is switched on', async () => {
  await using closed = await startApi({ graphiql: false });
  const none = await fetch(`${closed.url}/graphql`, { headers: { accept: 'text/html' } });
  expect([none.status, none.headers.get('content-type')]).toEqual([401, 'application/json; charset=utf-8']);
});

test('Pages of other origins may call only when they are configured', async () => {
  const asked = (origin: string) => post('{"query":"{ viewer { roles } }"}', { origin });
  expect((await asked('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  expect((await asked('https://pages.example')).headers.get('access-control-allow-origin')).toBe(
    'https://pages.example',
  );
  const preflight = await fetch(`${api.url}/graphql`, {
    method: 'OPTIONS',
    headers: { origin: 'https://pages.example' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
});

test('/livez answers, /readyz says what it waits for, and any other path says where the API is', async () => {
  expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  const ready = await fetch(`${api.url}/readyz`);
  expect(await ready.json()).toEqual({
    status: 'ready',
    checks: { database: true, migrations: true, listener: true },
  });
  const other = await fetch(`${api.url}/api`);
  expect(other.status).toBe(404);
  expect(await other.text()).toContain('/graphql');
});

test('A request that breaks off does not disturb the others', async () => {
  const broken = httpRequest(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 100 },
  });
  broken.on('error', () => undefined);
  broken.write('{"query":');
  await new Promise((resolve) => broken.once('socket', (socket) => socket.once('connect', resolve)));
  broken.destroy();
  expect((await api.ask('{ viewer { roles } }')).errors).toEqual([]);
});

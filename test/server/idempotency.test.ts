import { getNamedType, isInputObjectType } from 'graphql';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiKeys, auditLog, firstResults, idempotencyKeys } from '../../src/access/access.table.ts';
import { forgetFirstResults } from '../../src/access/once.ts';
import { NO_GRANTS, type Viewer } from '../../src/access/viewer.ts';
import { inTransaction } from '../../src/database/database.ts';
import { newId } from '../../src/lib/ids.ts';
import { schema } from '../../src/server/schema.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { lockTenant } from '../../src/tenants/write-tenant.ts';
import { CancelSyncDocument, StartSyncDocument, StartSyncsDocument } from '../operations/graphql.ts';
import { type Api, startApi } from '../support/api.ts';
import { addTenant } from '../support/rows.ts';
import { waitFor } from '../support/wait-for.ts';

let api: Api;
let grants = NO_GRANTS;
const blinkered = (): Viewer => ({
  actor: { kind: 'API_KEY', id: 'key/blinkered', displayName: 'blinkered' },
  personId: 'key/blinkered',
  isMachine: true,
  grants,
  expiresAt: null,
});
beforeAll(async () => {
  api = await startApi({ blinkered });
});
afterAll(() => api[Symbol.asyncDispose]());

const start = async (input: { tenantId: string; comment?: string; idempotencyKey?: string }) =>
  (await api.ask(StartSyncDocument, { input }, 'operator')).data?.startSync;

test('Every mutation takes an idempotency key in its input', () => {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  const without = fields.filter(({ args: [input] }) => {
    const type = input && getNamedType(input.type);
    return !isInputObjectType(type) || !('idempotencyKey' in type.getFields());
  });
  expect(without.map(({ name }) => name)).toEqual([]);
});

test('The same key and arguments give the first result again, and nothing is done twice', async () => {
  const tenant = await addTenant(api.db, 'same');
  const input = { tenantId: tenant.id, comment: 'Once', idempotencyKey: 'same-1' };
  const first = await start(input);
  expect(first).toMatchObject({ __typename: 'SyncRun', status: 'STARTING' });
  await api.ask(
    CancelSyncDocument,
    { input: { syncRunId: first && 'id' in first ? first.id : '' } },
    'operator',
  );
  expect(await start(input)).toEqual(first);
  expect(await runsOf(tenant.id)).toHaveLength(1);
  expect(
    await api.db
      .select()
      .from(auditLog)
      .where(acted('START_SYNC', runIdOf(first))),
  ).toHaveLength(1);
});

test('Other arguments, or another mutation, under a key that was used are refused and change nothing', async () => {
  const [tenant, other] = [await addTenant(api.db, 'reused'), await addTenant(api.db, 'reused-2')];
  const idempotencyKey = 'reused-1';
  const first = await start({ tenantId: tenant.id, idempotencyKey });
  const refused = { __typename: 'IdempotencyKeyReused', code: 'IDEMPOTENCY_KEY_REUSED' };
  expect(await start({ tenantId: other.id, idempotencyKey })).toMatchObject(refused);
  expect(await start({ tenantId: tenant.id, comment: 'More', idempotencyKey })).toMatchObject(refused);
  const cancel = { input: { syncRunId: runIdOf(first), idempotencyKey } };
  expect((await api.ask(CancelSyncDocument, cancel, 'operator')).data?.cancelSync).toMatchObject(refused);
  expect(await runsOf(other.id)).toEqual([]);
  expect((await runsOf(tenant.id)).map(({ status }) => status)).toEqual(['STARTING']);
});

test("A key is the viewer's own: another viewer's equal key is another key", async () => {
  const tenant = await addTenant(api.db, 'own');
  const input = { tenantId: tenant.id, idempotencyKey: 'own-1' };
  const first = await start(input);
  const theirs = await api.ask(StartSyncDocument, { input }, 'admin');
  expect(theirs.data?.startSync).toMatchObject({
    __typename: 'SyncAlreadyOpen',
    run: { id: runIdOf(first) },
  });
});

test('A refusal does not use a key up: what became possible is done', async () => {
  const tenant = await addTenant(api.db, 'refused');
  const open = await start({ tenantId: tenant.id });
  const input = { tenantId: tenant.id, idempotencyKey: 'refused-1' };
  expect(await start(input)).toMatchObject({ __typename: 'SyncAlreadyOpen' });
  await api.db
    .update(syncRuns)
    .set({ status: 'COMPLETED', outcome: 'SUCCEEDED' })
    .where(eq(syncRuns.id, runIdOf(open)));
  expect(await start(input)).toMatchObject({ __typename: 'SyncRun' });
});

test('Rights are checked again before a first result is given again', async () => {
  const tenant = await addTenant(api.db, 'rights');
  const input = { tenantId: tenant.id, idempotencyKey: 'rights-1' };
  const asBlinkered = () =>
    fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer test-blinkered' },
      body: JSON.stringify({
        query: 'mutation ($input: StartSyncInput!) { startSync(input: $input) { __typename } }',
        variables: { input },
      }),
    }).then((response) => response.text());
  const holding = (...roles: ('OPERATOR' | 'VIEWER')[]) => ({
    fleet: new Set<never>(),
    byTenant: new Map([[tenant.id, new Set(roles)]]),
  });
  grants = holding('OPERATOR');
  expect(await asBlinkered()).toContain('"SyncRun"');
  grants = holding('VIEWER');
  expect(await asBlinkered()).toContain('FORBIDDEN');
  grants = NO_GRANTS;
  expect(await asBlinkered()).toContain('"NotFound"');
  grants = holding('OPERATOR');
  expect(await asBlinkered()).toContain('"SyncRun"');
  expect(await runsOf(tenant.id)).toHaveLength(1);
});

test('While a request is being carried out, another with its key says so, and gets the result afterwards', async () => {
  const tenant = await addTenant(api.db, 'in-flight');
  const input = { tenantId: tenant.id, idempotencyKey: 'in-flight-1' };
  const held = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const holder = inTransaction(api.db, async (tx) => {
    await lockTenant(tx, { ownWork: 'JOBS' }, tenant.id);
    holding.resolve();
    await held.promise;
  });
  await holding.promise;
  const first = start(input);
  const second = await waitFor('the second to be told', async () => {
    const { rows } = await api.db.execute<{ pid: number }>(sql`
      select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())`);
    return rows.length > 0 && start(input);
  });
  expect(second).toMatchObject({ __typename: 'IdempotencyKeyInFlight', code: 'IDEMPOTENCY_KEY_IN_FLIGHT' });
  held.resolve();
  await holder;
  expect(await first).toMatchObject({ __typename: 'SyncRun' });
  expect(await start(input)).toEqual(await first);
});

test('Fifty requests at once under one key do one thing, and whoever got a result got the same', async () => {
  const tenant = await addTenant(api.db, 'fifty');
  const input = { tenantId: tenant.id, idempotencyKey: 'fifty-1' };
  const answers = await Promise.all(Array.from({ length: 50 }, () => start(input)));
  const kinds = new Set(answers.map((answer) => answer?.__typename));
  expect([...kinds].filter((kind) => kind !== 'SyncRun' && kind !== 'IdempotencyKeyInFlight')).toEqual([]);
  const ids = new Set(answers.flatMap((answer) => (answer?.__typename === 'SyncRun' ? [answer.id] : [])));
  expect([...ids]).toEqual((await runsOf(tenant.id)).map(({ id }) => id));
  expect(ids.size).toBe(1);
});

test('Many at once under one key are done once each, also when only some of them had been done', async () => {
  const all = [
    await addTenant(api.db, 'bulk-1'),
    await addTenant(api.db, 'bulk-2'),
    await addTenant(api.db, 'bulk-3'),
  ];
  const [, blocked] = all;
  const open = await start({ tenantId: blocked?.id ?? '' });
  const input = { tenantIds: all.map(({ id }) => id), idempotencyKey: 'bulk-1' };
  const ask = async (more = {}) =>
    (await api.ask(StartSyncsDocument, { input: { ...input, ...more } }, 'operator')).data?.startSyncs;
  const first = await ask();
  expect(first?.map((one) => one?.__typename)).toEqual(['SyncRun', 'SyncAlreadyOpen', 'SyncRun']);
  expect(await ask()).toEqual(first);
  const fewer = await ask({ tenantIds: input.tenantIds.slice(1) });
  expect(fewer?.map((one) => one?.__typename)).toEqual(['IdempotencyKeyReused', 'IdempotencyKeyReused']);
  await api.db
    .update(syncRuns)
    .set({ status: 'COMPLETED', outcome: 'SUCCEEDED' })
    .where(eq(syncRuns.id, runIdOf(open)));
  const later = await ask();
  expect([later?.[0], later?.[2]]).toEqual([first?.[0], first?.[2]]);
  expect(later?.[1]?.__typename).toBe('SyncRun');
});

test('The secret of a new key is given again under the same idempotency key, and lies sealed until then', async () => {
  const query =
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on NewApiKey { secret key { id } } } }';
  const input = { name: 'kept', roles: ['VIEWER'], idempotencyKey: 'secret-1' };
  type Made = { createApiKey: { secret: string; key: { id: string } } };
  const make = async () => (await api.ask<Made, object>(query, { input }, 'admin')).data?.createApiKey;
  const first = await make();
  expect(first?.secret).toMatch(/^tsk_/);
  expect(await make()).toEqual(first);
  expect(await api.db.select().from(apiKeys).where(eq(apiKeys.name, 'kept'))).toHaveLength(1);
  const [kept] = await api.db.select().from(firstResults).where(eq(firstResults.key, 'secret-1'));
  expect(kept?.sealed).toBeTruthy();
  expect(JSON.stringify(kept)).not.toContain(first?.secret);
});

test('A key is forgotten after 24 hours and not before: then it is a new one', async () => {
  const tenant = await addTenant(api.db, 'old');
  const input = { tenantId: tenant.id, idempotencyKey: 'old-1' };
  const age = (interval: string) =>
    api.db
      .update(idempotencyKeys)
      .set({ createdAt: sql`clock_timestamp() - ${interval}::interval` })
      .where(eq(idempotencyKeys.key, 'old-1'));
  const first = await start(input);
  await age('23 hours 59 minutes');
  expect(await start(input)).toEqual(first);
  await age('24 hours 1 second');
  expect(await start(input)).toMatchObject({ __typename: 'SyncAlreadyOpen', run: { id: runIdOf(first) } });
  await age('24 hours 1 second');
  expect(await forgetFirstResults(api.db)).toBe(1);
  expect(await api.db.select().from(idempotencyKeys).where(eq(idempotencyKeys.key, 'old-1'))).toEqual([]);
});

test('A key that is empty or longer than 200 characters is a clear error', async () => {
  for (const idempotencyKey of ['', 'k'.repeat(201)]) {
    const { errors } = await api.ask(
      StartSyncDocument,
      { input: { tenantId: newId('ten'), idempotencyKey } },
      'operator',
    );
    expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(errors[0]?.message).toContain('1 to 200 characters');
  }
});

const runsOf = (tenantId: `ten_${string}`) =>
  api.db.select().from(syncRuns).where(eq(syncRuns.tenantId, tenantId));
const acted = (act: 'START_SYNC', target: string) =>
  and(eq(auditLog.act, act), eq(auditLog.target, target), eq(auditLog.outcome, 'DONE'));

function runIdOf(answer: Awaited<ReturnType<typeof start>>): `run_${string}` {
  if (answer?.__typename !== 'SyncRun') throw new Error(`No run was started: ${JSON.stringify(answer)}.`);
  return answer.id as `run_${string}`;
}

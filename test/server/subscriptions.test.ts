import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TenantStatus } from '../../src/tenants/tenant.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { newId } from '../../src/lib/ids.ts';
import type { SyncRun } from '../../src/sync-runs/sync-run.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import {
  EventHistoryDocument,
  EventStreamDocument,
  RunChangesDocument,
  TenantStatusChangesDocument,
} from '../operations/graphql.ts';
import { type Api, startApi } from '../support/api.ts';
import { append, cursorNow } from '../support/events.ts';
import { addRun, addTenant } from '../support/rows.ts';
import { overServerSentEvents, overWebSocket } from '../support/streams.ts';

let api: Api;
let tenant: Tenant;
let run: SyncRun;
beforeAll(async () => {
  api = await startApi();
  tenant = await addTenant(api.db, 'told');
  run = await addRun(api.db, tenant);
});
afterAll(() => api[Symbol.asyncDispose]());

const actor = { kind: 'SERVICE' as const, id: 'test', displayName: 'test' };

/** Changes of a tenant's status with those versions, as the log is told of them. */
function changed(
  versions: number[],
  of = tenant,
  [previousStatus, status]: [TenantStatus, TenantStatus] = ['IDLE', 'STARTING'],
) {
  return append(
    api.db,
    ...versions.map((version) => ({
      tenantId: of.id,
      runId: run.id,
      actor,
      tenant: { ...tenantFacts(of), statusBefore: previousStatus, statusAfter: status },
      body: { kind: 'TENANT_STATUS_CHANGED' as const, previousStatus, status, version },
    })),
  );
}

for (const [name, open] of [
  ['WebSocket', overWebSocket],
  ['server-sent events', overServerSentEvents],
] as const) {
  test(`Over ${name} every change arrives in order, resumes behind any cursor, and goes on live`, async () => {
    const after = await cursorNow(api);
    await changed([1, 2, 3]);
    await using stream = open(api, { document: TenantStatusChangesDocument, variables: { after } });
    await stream.first(3);
    await changed([4, 5]);
    const told = (await stream.first(5)).map(({ tenantStatusChanged }) => tenantStatusChanged);
    expect(told.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    expect(told[0]).toMatchObject({
      previousStatus: 'IDLE',
      status: 'STARTING',
      tenant: { displayName: 'told' },
      run: { id: run.id },
    });
    expect(new Set(told.map(({ id }) => id)).size).toBe(5);
    await using resumed = open(api, {
      document: TenantStatusChangesDocument,
      variables: { after: told[2]?.cursor ?? null },
    });
    expect((await resumed.first(2)).map(({ tenantStatusChanged: { version } }) => version)).toEqual([4, 5]);
  });

  test(`Over ${name} a made-up cursor and one of another log are refused and not skipped`, async () => {
    const expired = Buffer.from('AAAAAAAAAAAA:1').toString('base64url');
    for (const [after, code] of [
      ['x', 'BAD_USER_INPUT'],
      [expired, 'CURSOR_EXPIRED'],
    ] as const) {
      await using stream = open(api, { document: TenantStatusChangesDocument, variables: { after } });
      await expect.poll(() => stream.problems).toMatchObject([{ extensions: { code } }]);
      expect(stream.received).toEqual([]);
    }
  });
}

test('A filter on tenants matches when the tenant fits before or after the change', async () => {
  const other = await addTenant(api.db, 'other-told');
  const after = await cursorNow(api);
  await using stream = overWebSocket(api, {
    document: TenantStatusChangesDocument,
    variables: { after, filter: { status: ['PENDING_APPROVAL'] } },
  });
  await changed([11], tenant, ['IN_PROGRESS', 'PENDING_APPROVAL']);
  await changed([12], other, ['IDLE', 'STARTING']);
  await changed([13], tenant, ['PENDING_APPROVAL', 'IN_PROGRESS']);
  expect((await stream.first(2)).map(({ tenantStatusChanged: { version } }) => version)).toEqual([11, 13]);
});

test('syncRunChanged tells the changes of its run only, and refuses a run that does not exist', async () => {
  const after = await cursorNow(api);
  const body = {
    kind: 'SYNC_RUN_CHANGED' as const,
    previousStatus: 'STARTING',
    status: 'IN_PROGRESS',
    outcome: null,
    version: 1,
  };
  const other = await addRun(api.db, await addTenant(api.db, 'another'));
  await append(api.db, {
    tenantId: other.tenantId,
    runId: other.id,
    actor,
    tenant: tenantFacts(tenant),
    body,
  });
  await append(api.db, { tenantId: tenant.id, runId: run.id, actor, tenant: tenantFacts(tenant), body });
  await using stream = overWebSocket(api, {
    document: RunChangesDocument,
    variables: { syncRunId: run.id, after },
  });
  expect((await stream.first(1))[0]?.syncRunChanged).toMatchObject({
    previousStatus: 'STARTING',
    status: 'IN_PROGRESS',
    run: { id: run.id },
  });
  await using none = overWebSocket(api, {
    document: RunChangesDocument,
    variables: { syncRunId: newId('run') },
  });
  await expect.poll(() => none.problems).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(stream.received).toHaveLength(1);
});

test('A quiet subscription to events brings heartbeats whose cursor moves on', async () => {
  await using quiet = await startApi({ heartbeatEveryMs: 100 });
  await using stream = overWebSocket(quiet, { document: EventStreamDocument, variables: {} });
  const beats = (await stream.first(2)).map(({ events }) => events);
  expect(beats).toMatchObject([{ __typename: 'Heartbeat' }, { __typename: 'Heartbeat' }]);
  const resumed = await quiet.ask(EventHistoryDocument, { after: beats[0]?.cursor ?? null });
  expect(resumed.errors).toEqual([]);
});

test('The query events tells the same events with the same cursors, page by page', async () => {
  const after = await cursorNow(api);
  await changed([21, 22, 23]);
  await using stream = overWebSocket(api, { document: EventStreamDocument, variables: { after } });
  const live = (await stream.first(3)).map(({ events }) => events);
  const page = (await api.ask(EventHistoryDocument, { after, first: 2 })).data?.events;
  expect(page?.edges.map(({ cursor }) => cursor)).toEqual(live.slice(0, 2).map(({ cursor }) => cursor));
  expect(page?.pageInfo.hasNextPage).toBe(true);
  const rest = (await api.ask(EventHistoryDocument, { after: page?.pageInfo.endCursor ?? null })).data
    ?.events;
  expect(rest?.edges.map(({ node }) => node.id)).toEqual([live[2]?.id]);
  expect(rest?.pageInfo.hasNextPage).toBe(false);
  const nothing = await api.ask(EventHistoryDocument, {
    after: rest?.pageInfo.endCursor ?? null,
    filter: { kinds: ['GATE_MISSING'] },
  });
  expect(nothing.data?.events).toMatchObject({ edges: [], pageInfo: { hasNextPage: false } });
  for (const first of [0, 101]) {
    expect((await api.ask(EventHistoryDocument, { first })).errors[0]).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
});

test('A run lists its own events', async () => {
  const own = await addRun(api.db, tenant);
  const after = await cursorNow(api);
  const body = {
    kind: 'SYNC_RUN_CHANGED' as const,
    previousStatus: null,
    status: 'STARTING',
    outcome: null,
    version: 0,
  };
  await append(api.db, { tenantId: tenant.id, runId: own.id, actor, tenant: tenantFacts(tenant), body });
  await using stream = overWebSocket(api, { document: EventStreamDocument, variables: { after } });
  await stream.first(1);
  const { data } = await api.ask(
    `{ syncRun(id: "${own.id}") { events { edges { node { __typename ... on SyncRunChanged { status } } } } } }`,
  );
  expect(data).toEqual({
    syncRun: { events: { edges: [{ node: { __typename: 'SyncRunChanged', status: 'STARTING' } }] } },
  });
});

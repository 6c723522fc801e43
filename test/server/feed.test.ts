import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/events/cursor.ts';
import { events } from '../../src/events/events.table.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import { runRetention } from '../../src/retention.ts';
import { type Api, startApi } from '../support/api.ts';
import { silent } from '../support/database.ts';
import { type Message, openEventStream } from '../support/event-stream.ts';
import { append, cursorNow, newEvent } from '../support/events.ts';
import { addTenant } from '../support/rows.ts';
import { overServerSentEvents, overWebSocket } from '../support/streams.ts';
import {
  EventHistoryDocument,
  EventStreamDocument,
  TenantStatusChangesDocument,
} from '../operations/graphql.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Without the cursor: the id lines do not depend on what is selected. */
const VERSIONS = 'subscription ($after: Cursor) { tenantStatusChanged(after: $after) { version } }';
const EVENTS = 'subscription { events { __typename } }';
type Version = { data: { tenantStatusChanged: { version: number } } };

let api: Api;
let tenant: Tenant;
beforeAll(async () => {
  api = await startApi({ heartbeatEveryMs: 100 });
  tenant = await addTenant(api.db, 'fed');
});
afterAll(() => api[Symbol.asyncDispose]());

const change = (...versions: number[]) =>
  append(
    api.db,
    ...versions.map((version) => newEvent(version, { tenantId: tenant.id, facts: tenantFacts(tenant) })),
  );
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const url = () => `${api.url}/graphql`;
const ids = (messages: Message[]) => messages.filter(({ event }) => event === 'next').map(({ id }) => id);

for (const [name, open] of [
  ['WebSocket', overWebSocket],
  ['server-sent events', overServerSentEvents],
] as const) {
  test(`Over ${name} history goes over into live events without a gap or a double while others write`, async () => {
    const after = await cursorNow(api);
    await change(...numbers(1, 150));
    const writing = (async () => {
      for (const version of numbers(151, 250)) await change(version);
    })();
    await using stream = open(api, { document: TenantStatusChangesDocument, variables: { after } });
    await writing;
    const told = (await stream.first(250)).map(({ tenantStatusChanged: { version } }) => version);
    await change(251);
    expect([...told, (await stream.first(251))[250]?.tenantStatusChanged.version]).toEqual(numbers(1, 251));
  });
}

test('Every message of an event stream has its cursor as id, whatever was selected', async () => {
  const after = await cursorNow(api);
  await change(1, 2, 3);
  await using stream = openEventStream(url(), { query: VERSIONS, variables: { after } });
  await stream.first(3);
  const page = await api.ask(EventHistoryDocument, { after });
  expect(ids(stream.messages)).toEqual(page.data?.events.edges.map(({ cursor }) => cursor));
});

test('An event stream that reconnects goes on behind its Last-Event-ID, not behind its variable', async () => {
  const after = await cursorNow(api);
  await change(1, 2, 3);
  const operation = { query: VERSIONS, variables: { after } };
  await using first = openEventStream(url(), operation);
  await first.first(2);
  const [, lastEventId] = ids(first.messages);
  await using second = openEventStream(url(), { ...operation, lastEventId });
  await change(4);
  const versions = (await second.first<Version>(2)).map(({ data }) => data.tenantStatusChanged.version);
  expect(versions).toEqual([3, 4]);
});

test('A Last-Event-ID that is no cursor is refused', async () => {
  await using stream = openEventStream(url(), { query: VERSIONS, lastEventId: '7' });
  expect(await stream.first(1)).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
});

test('A quiet event stream brings heartbeats, and their ids move its place on', async () => {
  await using stream = openEventStream(url(), { query: EVENTS });
  await stream.first(1);
  await using other = openEventStream(url(), {
    query: 'subscription { events(filter: { kinds: [GATE_MISSING] }) { __typename } }',
  });
  await other.first(1);
  const [early = ''] = ids(other.messages);
  await change(1);
  await expect
    .poll(() => decodeCursor(ids(other.messages).at(-1) ?? '').position)
    .toBeGreaterThan(decodeCursor(early).position);
  expect(new Set((await other.first(2)).map((result) => JSON.stringify(result)))).toEqual(
    new Set(['{"data":{"events":{"__typename":"Heartbeat"}}}']),
  );
});

test('A cursor beyond retention is refused over every transport; the oldest that is kept is not', async () => {
  const after = await cursorNow(api);
  await change(1, 2, 3);
  await using told = overWebSocket(api, { document: EventStreamDocument, variables: { after } });
  await told.first(3);
  const { epoch, position } = decodeCursor(after);
  await api.db
    .update(events)
    .set({ occurredAt: sql`now() - interval '8 days'` })
    .where(sql`${events.position} <= ${position + 2n}`);
  await runRetention({ db: api.db, logger: silent, keepMs: 7 * DAY_MS });

  const expired = { extensions: { code: 'CURSOR_EXPIRED' } };
  const gone = encodeCursor({ epoch, position: position + 1n });
  expect((await api.ask(EventHistoryDocument, { after: gone })).errors).toMatchObject([expired]);
  const operation = { document: EventStreamDocument, variables: { after: gone } };
  await using socket = overWebSocket(api, operation);
  await using stream = overServerSentEvents(api, operation);
  await using again = openEventStream(url(), { query: VERSIONS, lastEventId: gone });
  await expect.poll(() => socket.problems).toMatchObject([expired]);
  await expect.poll(() => stream.problems).toMatchObject([expired]);
  expect(await again.first(1)).toMatchObject([{ errors: [expired] }]);

  const kept = await api.ask(EventHistoryDocument, {
    after: encodeCursor({ epoch, position: position + 2n }),
  });
  expect(kept.data?.events.edges).toHaveLength(1);
});

test('Retention asks for itself again before it deletes, and once for all instances', async () => {
  const waiting = async () =>
    (
      await api.db.execute<{ later: boolean }>(
        sql`select extract(epoch from run_at - now()) > 3000 as later from graphile_worker.jobs where task_identifier = 'delete-old-events'`,
      )
    ).rows;
  for (const _instance of [1, 2]) await runRetention({ db: api.db, logger: silent, keepMs: 7 * DAY_MS });
  expect(await waiting()).toEqual([{ later: true }]);
});

/** What clients that are slow, or many, cost: a bounded amount of memory, and nobody else's time. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import { type Api, type ApiOptions, keyOf, startApi } from '../support/api.ts';
import { append, cursorNow, newEvent } from '../support/events.ts';
import { addTenant } from '../support/rows.ts';
import { waitFor } from '../support/wait-for.ts';

const MOST_BYTES = 64 * 1024;
const EVENTS = 5_000;
/** Together some 20 MB: more than the kernel keeps for a client that does not read. */
const LONG_NAME = 'x'.repeat(4_000);
const QUERY =
  'subscription ($after: Cursor) { events(after: $after) { cursor ... on TenantStatusChanged { version actor { displayName } } } }';

/** The server's ends of all connections. */
const serverEnds = new Set<Socket>();
const onConnection = (message: unknown) => void serverEnds.add((message as { socket: Socket }).socket);
const mostWaiting = () => Math.max(...[...serverEnds].map(({ writableLength }) => writableLength));

beforeAll(() => subscribe('net.server.socket', onConnection));
afterAll(() => void unsubscribe('net.server.socket', onConnection));

type Message = { id?: string; type: string; payload?: unknown };
type Next = { data: { events: { cursor: string; version?: number } } };
type Client = {
  socket: WebSocket;
  messages: Message[];
  told: Next['data']['events'][];
  closed: Promise<number>;
};

async function connect(api: Api): Promise<Client> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const client: Client = {
    socket,
    messages: [],
    told: [],
    closed: new Promise((resolve) => socket.on('close', resolve)),
  };
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    if (message.type === 'next') client.told.push((message.payload as Next).data.events);
    else client.messages.push(message);
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const authorization = `Bearer ${keyOf('viewer')}`;
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
  return client;
}

async function open(api: Api, after: string): Promise<Client> {
  const client = await connect(api);
  await waitFor('the acknowledgement', () => client.messages.some(({ type }) => type === 'connection_ack'));
  say(client, { id: '1', type: 'subscribe', payload: { query: QUERY, variables: { after } } });
  return client;
}

const say = ({ socket }: Client, message: Message) => socket.send(JSON.stringify(message));
const versions = ({ told }: Client) => told.map(({ version }) => version);
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const has = (client: Client, version: number) =>
  waitFor(`event ${version}`, () => client.told.at(-1)?.version === version, { withinMs: 60_000 });

/** A reader of server-sent events that does not read yet. */
async function openUnread(api: Api, after: string) {
  const leaving = new AbortController();
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    signal: leaving.signal,
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${keyOf('viewer')}`,
    },
    body: JSON.stringify({ query: QUERY, variables: { after } }),
  });
  const read = async (last: number) => {
    const told: number[] = [];
    let rest = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const version = /"version":(\d+),/.exec(block)?.[1];
        if (version) told.push(Number(version));
      }
      if (told.at(-1) === last) break;
    }
    leaving.abort();
    return told;
  };
  return { read };
}

async function startSlow(sockets: ApiOptions['sockets']) {
  const api = await startApi({ sockets: { mostBytes: MOST_BYTES, ...sockets } });
  const tenant = await addTenant(api.db, 'flooded');
  return { api, tenant, after: await cursorNow(api) };
}

/** All in one transaction. */
function flood(api: Api, of: Tenant, [from, to]: [number, number]): Promise<void> {
  const actor = { kind: 'SERVICE' as const, id: 'test', displayName: LONG_NAME };
  const parts = { tenantId: of.id, facts: tenantFacts(of) };
  return append(api.db, ...numbers(from, to).map((version) => ({ ...newEvent(version, parts), actor })));
}

/** A client that stopped to read after the first of all events. */
async function openAndStall({ api, tenant, after }: Awaited<ReturnType<typeof startSlow>>): Promise<Client> {
  const client = await open(api, after);
  await flood(api, tenant, [1, 1]);
  await has(client, 1);
  client.socket.pause();
  await flood(api, tenant, [2, EVENTS]);
  return client;
}

test('5,000 events of one transaction reach everybody in order, while a paused client costs no more than its bound', async () => {
  const { api, tenant, after } = await startSlow({ slowForMs: 600_000 });
  await using _api = api;
  const paused = await open(api, after);
  const unread = await openUnread(api, after);
  const healthy = [await open(api, after), await open(api, after), await open(api, after)];
  await flood(api, tenant, [1, 1]);
  for (const client of [paused, ...healthy]) await has(client, 1);
  paused.socket.pause();
  let most = 0;
  healthy[0]?.socket.on('message', () => (most = Math.max(most, mostWaiting())));
  await flood(api, tenant, [2, EVENTS]);
  for (const client of healthy) {
    await has(client, EVENTS);
    expect(versions(client)).toEqual(numbers(1, EVENTS));
  }
  expect(paused.told.length).toBeLessThan(EVENTS);
  // One write of what fits, and at most one more that was begun before.
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(3 * MOST_BYTES);
  paused.socket.resume();
  await has(paused, EVENTS);
  expect(versions(paused)).toEqual(numbers(1, EVENTS));
  expect(await unread.read(EVENTS)).toEqual(numbers(1, EVENTS));
  for (const { socket } of [paused, ...healthy]) socket.terminate();
}, 120_000);

test('With a hundred subscriptions a paused socket costs no more than with one', async () => {
  const { api, tenant, after } = await startSlow({ slowForMs: 600_000 });
  await using _api = api;
  const paused = await open(api, after);
  for (const id of numbers(2, 100))
    say(paused, { id: String(id), type: 'subscribe', payload: { query: QUERY, variables: { after } } });
  await flood(api, tenant, [1, 1]);
  await waitFor('the event on each of them', () => paused.told.length === 100);
  paused.socket.pause();
  const healthy = await open(api, after);
  let most = 0;
  healthy.socket.on('message', () => (most = Math.max(most, mostWaiting())));
  await flood(api, tenant, [2, EVENTS]);
  await has(healthy, EVENTS);
  expect(most).toBeGreaterThan(MOST_BYTES / 2);
  expect(most).toBeLessThan(3 * MOST_BYTES);
  for (const { socket } of [paused, healthy]) socket.terminate();
}, 120_000);

test('A slow client that completes a subscription is rid of it at once, and may use its id anew', async () => {
  const started = await startSlow({ slowForMs: 600_000 });
  const { api, tenant } = started;
  await using _api = api;
  const client = await openAndStall(started);
  await waitFor('a full socket', () => mostWaiting() > MOST_BYTES);
  say(client, { id: '1', type: 'complete' });
  await waitFor('its end', () => !api.feed.isWatched);
  const now = await cursorNow(api);
  say(client, { id: '1', type: 'subscribe', payload: { query: QUERY, variables: { after: now } } });
  await waitFor('another', () => api.feed.isWatched);
  client.socket.resume();
  await flood(api, tenant, [EVENTS + 1, EVENTS + 1]);
  await has(client, EVENTS + 1);
  expect(client.messages.map(({ type }) => type)).not.toContain('complete');
  client.socket.terminate();
  await waitFor('the end', () => !api.feed.isWatched);
}, 120_000);

test('A client that stays slow is closed with 1013, and misses nothing when it resumes', async () => {
  const slowForMs = 1_500;
  const started = await startSlow({ slowForMs });
  const { api } = started;
  await using _api = api;
  const slow = await openAndStall(started);
  let fullSince = performance.now();
  const staysFull = () => {
    if (mostWaiting() < MOST_BYTES / 2) fullSince = performance.now();
    return performance.now() - fullSince > 2 * slowForMs;
  };
  await waitFor('a socket that stays full for too long', staysFull, { withinMs: 60_000 });
  slow.socket.resume();
  expect(await slow.closed).toBe(1013);
  const last = slow.told.at(-1);
  expect(slow.told.length).toBeLessThan(EVENTS);
  const resumed = await open(api, last?.cursor ?? '');
  await has(resumed, EVENTS);
  expect([...versions(slow), ...versions(resumed)]).toEqual(numbers(1, EVENTS));
  resumed.socket.terminate();
}, 120_000);

test('At most 100 operations are open on one socket; the next is refused and the others go on', async () => {
  const { api, tenant, after } = await startSlow({});
  await using _api = api;
  const client = await open(api, after);
  for (const id of numbers(2, 101)) {
    say(client, { id: String(id), type: 'subscribe', payload: { query: QUERY, variables: { after } } });
  }
  const refused = await waitFor('the refusal', () => client.messages.find(({ type }) => type === 'error'));
  expect(refused).toMatchObject({
    id: '101',
    payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }],
  });
  await flood(api, tenant, [1, 1]);
  await waitFor('the event on each of them', () => client.told.length === 100);
  client.socket.terminate();
});

test('A caller has so many sockets and no more: the next is closed with 1013 until one of them is', async () => {
  const { api, after } = await startSlow({ mostPerViewer: 3 });
  await using _api = api;
  const allowed = [await open(api, after), await open(api, after), await open(api, after)];
  const tooMany = await connect(api);
  expect(await tooMany.closed).toBe(1013);
  allowed[0]?.socket.close();
  await allowed[0]?.closed;
  const next = await open(api, after);
  for (const { socket } of [...allowed, next]) socket.terminate();
});

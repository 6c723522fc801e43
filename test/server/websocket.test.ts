import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Api, keyOf, startApi } from '../support/api.ts';
import { waitFor } from '../support/wait-for.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

type Raw = {
  socket: WebSocket;
  messages: { id?: string; type: string; payload?: unknown }[];
  closed: Promise<{ code: number; reason: string }>;
};

function connect(to = api, headers: Record<string, string> = {}): Raw {
  const socket = new WebSocket(`${to.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers,
  });
  const messages: Raw['messages'] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Raw['messages'][0]));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    socket.on('error', () => undefined);
  });
  return { socket, messages, closed };
}

const say = ({ socket }: Raw, message: unknown) => socket.send(JSON.stringify(message));
async function signIn(
  raw: Raw,
  payload: unknown = { authorization: `Bearer ${keyOf('viewer')}` },
): Promise<void> {
  await new Promise((resolve) => raw.socket.once('open', resolve));
  say(raw, { type: 'connection_init', payload });
}

test('A socket with a key runs queries, mutations and subscriptions', async () => {
  const raw = connect();
  await signIn(raw);
  await waitFor('the acknowledgement', () => raw.messages.some(({ type }) => type === 'connection_ack'));
  say(raw, { id: '1', type: 'subscribe', payload: { query: '{ viewer { roles } }' } });
  await waitFor('the answer', () => raw.messages.find(({ type }) => type === 'next'));
  expect(raw.messages).toContainEqual({
    id: '1',
    type: 'next',
    payload: {
      data: { viewer: { roles: ['VIEWER'] } },
      extensions: { cost: expect.objectContaining({ requested: 2 }) as object },
    },
  });
  raw.socket.close();
});

test('A socket without a key, or with an unknown one, is closed with 4403', async () => {
  for (const payload of [
    {},
    { authorization: '' },
    { authorization: 'Bearer wrong' },
    { authorization: 7 },
  ]) {
    const raw = connect();
    await signIn(raw, payload);
    expect((await raw.closed).code).toBe(4403);
  }
});

test('A socket that asks before it said who it is is closed with 4401', async () => {
  const raw = connect();
  await new Promise((resolve) => raw.socket.once('open', resolve));
  say(raw, { id: '1', type: 'subscribe', payload: { query: '{ viewer { roles } }' } });
  expect((await raw.closed).code).toBe(4401);
});

test('A page of a foreign origin is refused before the upgrade, one of this server is not', async () => {
  const refused = connect(api, { origin: 'https://evil.example' });
  const status = await new Promise((resolve) =>
    refused.socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
  );
  expect(status).toBe(403);
  const own = connect(api, { origin: api.url });
  await signIn(own);
  await waitFor('the acknowledgement', () => own.messages.length > 0);
  own.socket.close();
});

test('A frame over 256 KiB closes the socket with 1009', async () => {
  const raw = connect();
  await signIn(raw);
  say(raw, {
    id: '1',
    type: 'subscribe',
    payload: { query: '{ viewer { roles } }', variables: { pad: 'x'.repeat(256 * 1024) } },
  });
  expect((await raw.closed).code).toBe(1009);
});

test('A document that does not fit, a syntax error and a NUL are errors of that operation and keep the socket open', async () => {
  const raw = connect();
  await signIn(raw);
  await waitFor('the acknowledgement', () => raw.messages.length > 0);
  say(raw, { id: '1', type: 'subscribe', payload: { query: '{ nothing }' } });
  say(raw, { id: '2', type: 'subscribe', payload: { query: '{' } });
  say(raw, {
    id: '3',
    type: 'subscribe',
    payload: { query: 'query ($i: ID!) { node(id: $i) { id } }', variables: { i: '\0' } },
  });
  await waitFor(
    'three answers',
    () => raw.messages.filter(({ type }) => type !== 'connection_ack' && type !== 'complete').length >= 3,
  );
  expect(JSON.stringify(raw.messages)).toContain('NUL character');
  const codeOf = (wanted: string) =>
    raw.messages.find(({ id, type }) => id === wanted && type === 'error')?.payload;
  expect(codeOf('1')).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  expect(codeOf('2')).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  expect(raw.socket.readyState).toBe(WebSocket.OPEN);
  raw.socket.close();
});

test('A subscription that skips its only field is an error of its own, and the socket stays open', async () => {
  const raw = connect();
  await signIn(raw);
  await waitFor('the acknowledgement', () => raw.messages.length > 0);
  const query = 'subscription { events @skip(if: true) { id } }';
  say(raw, { id: '1', type: 'subscribe', payload: { query } });
  await waitFor('its end', () => raw.messages.some(({ id, type }) => id === '1' && type === 'complete'));
  const told = raw.messages.find(({ type }) => type === 'next')?.payload;
  expect(told).toMatchObject({ errors: [{ message: expect.any(String) as string }] });
  expect(raw.socket.readyState).toBe(WebSocket.OPEN);
  raw.socket.close();
});

test('A client that answers no ping is dropped; one that does stays', async () => {
  await using pinging = await startApi({ sockets: { pingEveryMs: 200 } });
  const url = `${pinging.url.replace('http', 'ws')}/graphql`;
  const [alive, gone] = [true, false].map((autoPong) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { autoPong });
    return { socket, closed: once(socket, 'close') };
  });
  expect((await gone?.closed)?.[0]).toBe(1006);
  expect(alive?.socket.readyState).toBe(WebSocket.OPEN);
  alive?.socket.terminate();
});

test('When the server stops, sockets are closed with 1012, on which clients come back', async () => {
  const stopping = await startApi();
  const raw = connect(stopping);
  await signIn(raw);
  await waitFor('the acknowledgement', () => raw.messages.length > 0);
  say(raw, { id: '1', type: 'subscribe', payload: { query: 'subscription { events { id } }' } });
  const begun = performance.now();
  await stopping[Symbol.asyncDispose]();
  expect((await raw.closed).code).toBe(1012);
  expect(performance.now() - begun).toBeLessThan(4_000);
});

/** The same attacks over WebSocket: what is refused over HTTP is refused there, and the socket's own limits hold. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Api, keyOf, type Problem, startApi } from '../support/api.ts';
import { hostileDocuments } from '../support/attacks.ts';
import { waitFor } from '../support/wait-for.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({ graphiql: false, sockets: { mostPerViewer: 3 } });
});
afterAll(() => api[Symbol.asyncDispose]());

type Message = { id?: string; type: string; payload?: { errors?: Problem[] } | Problem[] };

/** A socket that says nothing by itself. */
async function connect() {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: Message[] = [];
  let code: number | null = null;
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  socket.on('close', (closed) => (code = closed));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  return {
    socket,
    messages,
    say: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    closed: async () => {
      await waitFor('the end of the socket', () => code !== null, { withinMs: 20_000 });
      return code;
    },
    errorsOf: (id: string): Problem[] => {
      const { payload } = messages.find((one) => one.id === id && one.payload) ?? {};
      return Array.isArray(payload) ? payload : (payload?.errors ?? []);
    },
  };
}

async function signedIn(as = 'viewer') {
  const client = await connect();
  client.say({ type: 'connection_init', payload: { authorization: `Bearer ${keyOf(as)}` } });
  await waitFor('the acknowledgement', () => client.messages.length > 0);
  return client;
}

test('Every hostile document is refused over WebSocket as over HTTP, and the socket goes on', async () => {
  const client = await signedIn();
  for (const [index, [attack, document, says]] of hostileDocuments.entries()) {
    const id = String(index);
    client.say({ id, type: 'subscribe', payload: { query: document } });
    await waitFor(`the refusal of ${attack}`, () => client.errorsOf(id).length > 0);
    const [first] = client.errorsOf(id);
    expect([attack, first?.message]).toEqual([attack, expect.stringMatching(says) as string]);
    expect([attack, first?.extensions?.code]).toEqual([attack, expect.any(String) as string]);
  }
  client.say({ id: 'fine', type: 'subscribe', payload: { query: '{ viewer { __typename } }' } });
  await waitFor('an answer', () => client.messages.some(({ id, type }) => id === 'fine' && type === 'next'));
  client.socket.close();
});

test('Subscriptions keep to the same limits as queries', async () => {
  const client = await signedIn();
  const costly =
    'subscription { events { ... on TenantEvent { tenant { syncRuns(first: 100) { nodes { events(first: 100) { edges { node { id cursor occurredAt } } } } } } } } }';
  client.say({ id: 'costly', type: 'subscribe', payload: { query: costly } });
  await waitFor('the refusal', () => client.errorsOf('costly').length > 0);
  expect(client.errorsOf('costly')[0]).toMatchObject({ extensions: { code: 'TOO_COSTLY' } });
  client.socket.close();
});

test('Variables of any depth and size, NUL and prototype keys are refused over WebSocket, too', async () => {
  const client = await signedIn();
  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  const many = `{"a":[${'1,'.repeat(20_000)}1]}`;
  const query = 'query ($a: ID!) { node(id: $a) { id } }';
  const sent = { deep, many, nul: '{"a":"\\u0000"}', proto: '{"__proto__":{"a":"x"},"constructor":{}}' };
  for (const [id, variables] of Object.entries(sent)) {
    client.say(
      `{"id":"${id}","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`,
    );
    await waitFor(`the refusal of ${id}`, () => client.errorsOf(id).length > 0);
  }
  expect(client.errorsOf('deep')[0]?.message).toContain('levels deep');
  expect(client.errorsOf('many')[0]?.message).toContain('more than 1000 values');
  expect(client.errorsOf('nul')[0]?.message).toContain('NUL character');
  expect(client.errorsOf('proto')[0]?.message).toContain('$a');
  expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  client.socket.close();
});

test('A socket that never says who it is is closed with 4408', async () => {
  const begun = performance.now();
  expect(await (await connect()).closed()).toBe(4408);
  expect(performance.now() - begun).toBeGreaterThan(4_500);
});

test('More than 100 operations on one socket are refused, and one that ends makes room', async () => {
  const client = await signedIn();
  const query = 'subscription { events { id } }';
  for (let id = 0; id < 101; id++) client.say({ id: String(id), type: 'subscribe', payload: { query } });
  await waitFor('the refusal', () => client.errorsOf('100').length > 0);
  expect(client.errorsOf('100')[0]).toMatchObject({ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } });
  expect(client.messages.filter(({ type }) => type === 'error')).toHaveLength(1);
  client.say({ id: '0', type: 'complete' });
  client.say({ id: 'again', type: 'subscribe', payload: { query: '{ viewer { __typename } }' } });
  await waitFor('an answer', () => client.messages.some(({ id, type }) => id === 'again' && type === 'next'));
  client.socket.close();
});

test('More sockets than a caller may have are closed with 1013, and others are not kept out', async () => {
  const open = [await signedIn('operator'), await signedIn('operator'), await signedIn('operator')];
  const tooMany = await connect();
  tooMany.say({ type: 'connection_init', payload: { authorization: `Bearer ${keyOf('operator')}` } });
  expect(await tooMany.closed()).toBe(1013);
  const other = await signedIn('admin');
  open[0]?.socket.close();
  await open[0]?.closed();
  const again = await signedIn('operator');
  for (const { socket } of [...open, other, again]) socket.close();
});

test('What is no message of the protocol closes the socket', async () => {
  for (const nonsense of [
    '',
    '{',
    '[]',
    '"x"',
    '{"type":"nothing"}',
    '{"type":"subscribe","id":7}',
    '['.repeat(100_000),
  ]) {
    const client = await signedIn('admin');
    client.say(nonsense);
    expect([nonsense.slice(0, 20), await client.closed()]).toEqual([nonsense.slice(0, 20), 4400]);
  }
});

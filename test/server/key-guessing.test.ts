import WebSocket from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuessLimit } from '../../src/server/limits/key-guessing.ts';
import { type Api, keyOf, startApi } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({ graphiql: false, proxies: 1 });
});
afterAll(() => api[Symbol.asyncDispose]());

/** As the proxy passes it on that stands before the API: the last address is the one that it saw itself. */
const ask = (from: string, key: string, path = '/graphql') =>
  fetch(`${api.url}${path}`, {
    method: path === '/graphql' ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      'x-forwarded-for': from,
    },
    ...(path === '/graphql' && { body: '{"query":"{ viewer { __typename } }"}' }),
  });

async function guess(from: (round: number) => string): Promise<number[]> {
  const statuses: number[] = [];
  for (let round = 0; round < 25; round++) statuses.push((await ask(from(round), `guess-${round}`)).status);
  return statuses;
}

test('After 20 different wrong keys an address is answered 429, with when to come back, everywhere', async () => {
  expect(await guess(() => '192.0.2.1')).toEqual([
    ...Array<number>(20).fill(401),
    ...Array<number>(5).fill(429),
  ]);
  const refused = await ask('192.0.2.1', keyOf('viewer'));
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY_WRONG_KEYS' } }] });
  const file = await ask('192.0.2.1', keyOf('operator'), '/runs/run_00000000000000000000000000000000/logs');
  expect(file.status).toBe(429);
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': '192.0.2.1' },
  });
  socket.on('error', () => undefined);
  const status = await new Promise((resolve) =>
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
  );
  expect(status).toBe(429);
  expect((await ask('192.0.2.2', keyOf('viewer'))).status).toBe(200);
});

test('Requests that named nobody are counted by why', async () => {
  await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const { text } = await api.metrics.print();
  for (const why of ['nobody', 'unknown', 'wait'])
    expect(text).toMatch(new RegExp(`tenant_sync_unadmitted_total\\{why="${why}"\\} [1-9]`));
});

test('Addresses that a client makes up do not help it', async () => {
  const statuses = await guess((round) => `198.51.100.${round}, 203.0.113.7`);
  expect(statuses.slice(20)).toEqual(Array<number>(5).fill(429));
});

test('All addresses of one IPv6 subscriber count as one', async () => {
  const statuses = await guess((round) => `2001:db8:1:2::${round}`);
  expect(statuses.slice(20)).toEqual(Array<number>(5).fill(429));
  expect((await ask('2001:db8:1:3::1', keyOf('viewer'))).status).toBe(200);
});

test('Wrong keys in connection_init count as well', async () => {
  const connect = (key: string) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        headers: { 'x-forwarded-for': '192.0.2.9' },
      });
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } })),
      );
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('close', (code) => resolve(code));
    });
  const codes: number[] = [];
  for (let round = 0; round < 21; round++) codes.push(await connect(`guess-${round}`));
  expect(codes).toEqual([...Array<number>(20).fill(4403), 429]);
});

test('The same wrong key again and again, as of a script whose key was revoked, shuts nobody out', async () => {
  for (let round = 0; round < 30; round++) expect((await ask('192.0.2.3', 'revoked')).status).toBe(401);
  expect((await ask('192.0.2.3', keyOf('viewer'))).status).toBe(200);
});

test('After a minute an address may try again', () => {
  let now = 0;
  const limit = createGuessLimit(() => now);
  for (let round = 0; round < 20; round++) limit.failed('a', `guess-${round}`);
  expect(limit.waitSeconds('a')).toBe(60);
  now = 59_000;
  expect(limit.waitSeconds('a')).toBe(1);
  now = 60_000;
  expect(limit.waitSeconds('a')).toBe(0);
});

test('Guesses from 50,000 addresses take the memory of ten thousand', () => {
  const limit = createGuessLimit();
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 50_000; round++) limit.failed(`address-${round}`, `guess-${round}`);
  expect((process.memoryUsage().heapUsed - before) / 1024 / 1024).toBeLessThan(100);
  expect(limit.waitSeconds('address-0')).toBe(0);
});

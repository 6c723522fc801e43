import { createServer, connect, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Listener } from '../../src/database/listener.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());

function listen(url: string) {
  const heard: string[] = [];
  const onWake = (channel: string) => void heard.push(channel);
  return { heard, listener: new Listener({ url, channels: ['news', 'Other-News'], onWake, logger: silent }) };
}
const tell = (channel: string) => test_.database.db.execute(sql`select pg_notify(${channel}, '')`);

test('It wakes for each channel when it has connected, and for each notification', async () => {
  const { heard, listener } = listen(test_.url);
  await using _ = listener;
  await waitFor('the first wake-ups', () => heard.length === 2);
  await tell('Other-News');
  await tell('not for us');
  await waitFor('the notification', () => heard.length === 3);
  expect(heard).toEqual(['news', 'Other-News', 'Other-News']);
});

test('It comes back when its backend is terminated, and wakes for what it may have missed', async () => {
  const { heard, listener } = listen(test_.url);
  await using _ = listener;
  await waitFor('the first wake-ups', () => heard.length === 2);
  await test_.database.db.execute(
    sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'tenant-sync listener'`,
  );
  await waitFor('the wake-ups after the reconnect', () => heard.length === 4);
  await tell('news');
  await waitFor('a notification on the new connection', () => heard.length === 5);
});

test('It notices within 10 s that its connection has gone silent', async () => {
  const sockets = new Set<Socket>();
  const { hostname, port } = new URL(test_.url);
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const address = proxy.address();
  const proxied = Object.assign(new URL(test_.url), {
    port: typeof address === 'object' ? String(address?.port) : '',
  });
  const { heard, listener } = listen(proxied.href);
  await waitFor('the first wake-ups', () => heard.length === 2);

  const silentSince = performance.now();
  for (const socket of sockets) socket.unpipe().pause();
  await waitFor('the reconnect', () => heard.length === 4, { withinMs: 15_000 });
  expect(performance.now() - silentSince).toBeLessThan(10_000);

  await listener[Symbol.asyncDispose]();
  for (const socket of sockets) socket.destroy();
  proxy.close();
});

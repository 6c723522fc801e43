/** What the hub sends is written past ws: another program must read the same messages in it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { tellAtTurnEnd } from '../../src/lib/turn-end.ts';
import { framesOf } from '../../src/server/frames.ts';
import { Outbox } from '../../src/server/outbox.ts';
import { waitFor } from '../support/wait-for.ts';

const LIMITS = { mostBytes: 10_000_000, slowForMs: 60_000 };
const server = createServer();
const sockets = new WebSocketServer({ noServer: true });
type ServersEnd = { socket: WebSocket; outbox: Outbox; writes: { mock: { calls: unknown[] } } };
const opened: ServersEnd[] = [];

beforeAll(async () => {
  server.on('upgrade', (request, stream: Duplex, head) =>
    sockets.handleUpgrade(request, stream, head, (socket) =>
      opened.push({
        socket,
        outbox: new Outbox(socket, stream, LIMITS),
        writes: vi.spyOn(stream, 'write'),
      }),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
});

type Client = ServersEnd & { client: WebSocket; messages: string[] };

async function connect(): Promise<Client> {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const messages: string[] = [];
  client.on('message', (data: Buffer) => messages.push(data.toString()));
  await once(client, 'open');
  const end = await waitFor("the server's end", () => opened.shift());
  return { ...end, client, messages };
}

const head = (id: string) => Buffer.from(`{"id":"${id}","payload":`);
const messageOf = (id: string, payload: Buffer) => `${head(id).toString()}${payload.toString()}}`;
const text = (length: number) => Buffer.from(JSON.stringify('é'.repeat(length)));

test('Messages of every length class arrive whole and in order', async () => {
  const { outbox, messages } = await connect();
  const around = (border: number) => [-1, 0, 1].map((more) => border + more - head('1').length - 1);
  const payloads = [125, 126, 65_535, 65_536]
    .flatMap(around)
    .map((length) => Buffer.from(JSON.stringify('x'.repeat(length - 2))));
  for (const payload of payloads) outbox.send(framesOf(head('1'), [payload]));
  await waitFor('every message', () => messages.length === payloads.length);
  expect(messages).toEqual(payloads.map((payload) => messageOf('1', payload)));
});

test('Each socket gets its own messages with its own id, whatever others get in the same turn', async () => {
  const clients = [await connect(), await connect(), await connect(), await connect()];
  const ids = ['1', '1', 'another', '1'];
  const payloads = [text(1), text(2), text(3)];
  // The last one is told less, and something else in between.
  const told = clients.map((_, index) => (index === 3 ? [text(9), payloads[1]] : payloads));
  for (const step of [0, 1, 2]) {
    for (const [index, { outbox }] of clients.entries()) {
      const payload = told[index]?.[step];
      if (payload) outbox.send(framesOf(head(ids[index] ?? ''), [payload]));
    }
  }
  const expected = told.map((list, index) =>
    list.map((payload) => messageOf(ids[index] ?? '', payload ?? text(0))),
  );
  await waitFor('every message', () =>
    clients.every(({ messages }, index) => messages.length === expected[index]?.length),
  );
  expect(clients.map(({ messages }) => messages)).toEqual(expected);
});

test('What a socket is told in a turn goes out in one write, by however many subscriptions it is told', async () => {
  const { outbox, messages, writes } = await connect();
  const tell = (id: string, length: number) => outbox.send(framesOf(head(id), [text(length)]));
  for (const subscriptions of [1, 2]) {
    outbox.enter(() => undefined);
    const before = writes.mock.calls.length;
    messages.length = 0;
    tell('1', 1);
    for (let each = 0; each < subscriptions; each++) tellAtTurnEnd(() => tell('1', 2));
    await waitFor('every message', () => messages.length === subscriptions + 1);
    expect(messages[0]).toBe(messageOf('1', text(1)));
    expect(writes.mock.calls.length - before).toBe(1);
    tellAtTurnEnd(() => tell('1', 3));
    await waitFor('another message', () => messages.length === subscriptions + 2);
    expect(writes.mock.calls.length - before).toBe(2);
  }
});

test('A socket that closes takes nothing more, and ends whoever sends to it when it is closed', async () => {
  const { outbox, socket, messages } = await connect();
  const ended: string[] = [];
  outbox.enter(() => ended.push('there'));
  expect(outbox.hasRoom()).toBe(true);
  socket.close();
  expect(outbox.hasRoom()).toBe(false);
  outbox.send(framesOf(head('1'), [text(1)]));
  const room = vi.fn();
  void outbox.room().then(room);
  await waitFor('the end', () => ended.length > 0);
  outbox.enter(() => ended.push('late'));
  expect(ended).toEqual(['there', 'late']);
  expect(room).not.toHaveBeenCalled();
  expect(messages).toEqual([]);
});

test('There is room again when all was taken, also what others wrote to the socket behind the last frames', async () => {
  const { outbox, socket, client, messages } = await connect();
  client.pause();
  const large = Buffer.from(JSON.stringify('x'.repeat(LIMITS.mostBytes)));
  outbox.send(framesOf(head('1'), [large]));
  await waitFor('a full socket', () => !outbox.hasRoom());
  await nextTurn();
  socket.send(large);
  const room = vi.fn();
  void outbox.room().then(room);
  await nextTurn();
  expect(room).not.toHaveBeenCalled();
  client.resume();
  await waitFor('room', () => room.mock.calls.length > 0);
  await waitFor('both messages', () => messages.length === 2);
});

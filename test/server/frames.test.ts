/** What the hub sends is written past ws: another program must read the same messages in it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { Outbox } from '../../src/server/outbox.ts';
import { waitFor } from '../support/wait-for.ts';

const LIMITS = { mostBytes: 10_000_000, slowForMs: 60_000 };
const server = createServer();
const sockets = new WebSocketServer({ noServer: true });
const outboxes: Outbox[] = [];

beforeAll(async () => {
  server.on('upgrade', (request, stream: Duplex, head) =>
    sockets.handleUpgrade(request, stream, head, (socket) =>
      outboxes.push(new Outbox(socket, stream, LIMITS)),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
});

type Client = { outbox: Outbox; messages: string[] };

async function connect(): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(data.toString()));
  await once(socket, 'open');
  const outbox = await waitFor("the server's end", () => outboxes.shift());
  return { outbox, messages };
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
  for (const payload of payloads) outbox.send(head('1'), payload);
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
      if (payload) outbox.send(head(ids[index] ?? ''), payload);
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

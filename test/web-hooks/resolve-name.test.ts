import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createPost } from '../../src/web-hooks/post.ts';
import { createResolve } from '../../src/web-hooks/resolve-name.ts';
import { PUBLIC_ONLY } from '../../src/web-hooks/target-address.ts';

type NameServer = AsyncDisposable & { address: string; asked: number };

/** Answers every question for an A or AAAA record with these addresses, as bytes; with none it is silent. */
async function startNameServer(records: { 1?: number[]; 28?: number[] }): Promise<NameServer> {
  const socket = createSocket('udp4');
  const server = {
    address: '',
    asked: 0,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (question, { port, address }) => {
    server.asked += 1;
    const end = question.indexOf(0, 12) + 5;
    const type = question.readUInt16BE(end - 4);
    const data = type === 1 ? records[1] : records[28];
    if (!records[1] && !records[28]) return;
    // The question again, with one answer that points back to its name, or with none.
    const head = [...question.subarray(0, 2), 0x81, 0x80, 0, 1, 0, data ? 1 : 0, 0, 0, 0, 0];
    const record = data ? [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data] : [];
    socket.send(Buffer.from([...head, ...question.subarray(12, end), ...record]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  server.address = `127.0.0.1:${socket.address().port}`;
  return server;
}

test('A name server is asked for both kinds of address, and what it answers is checked', async () => {
  const loopback6 = [...Array<number>(15).fill(0), 1];
  await using both = await startNameServer({ 1: [8, 8, 8, 8], 28: loopback6 });
  const resolve = createResolve([both.address]);
  expect(await resolve('hooks.example')).toEqual([
    { address: '8.8.8.8', family: 4 },
    { address: '::1', family: 6 },
  ]);
  const post = createPost({ reach: PUBLIC_ONLY, resolve, withinMs: 5_000 });
  const { error } = await post('https://hooks.example/', { headers: {}, body: '{}' });
  expect(error).toBe('hooks.example leads to ::1, which is not a public address.');
  await using one = await startNameServer({ 1: [9, 9, 9, 9] });
  expect(await createResolve([one.address])('hooks.example')).toEqual([{ address: '9.9.9.9', family: 4 }]);
});

test('Name servers that are silent hold up neither files nor other names', async () => {
  await using silent = await startNameServer({});
  const resolve = createResolve([silent.address]);
  const post = createPost({ reach: PUBLIC_ONLY, resolve, withinMs: 1_000 });
  const names = Array.from({ length: 20 }, (_, index) => `https://dead-${index}.example/`);
  let over = 0;
  const answers = names.map(async (url) => {
    const answer = await post(url, { headers: {}, body: '{}' });
    over += 1;
    return answer.error;
  });
  while (silent.asked < 20) await new Promise((resolve_) => setImmediate(resolve_));
  await readFile('package.json');
  await lookup('localhost');
  expect(over).toBe(0);
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['There was no answer within 1 s.']));
});

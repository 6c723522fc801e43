import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDatabaseTrouble } from '../../src/database/database-trouble.ts';
import { PoolWithReadLines } from '../../src/database/read-lines.ts';
import { pause } from '../../src/lib/pause.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createTestDatabase, silent, type TestDatabase } from '../support/database.ts';
import { startPostgresProxy } from '../support/postgres-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());

const lost: string[] = [];
function open(url = test_.url, givenUpAfterMs?: number) {
  const onLost = (error: Error) => void lost.push(error.message);
  const pool = new PoolWithReadLines(
    { connectionString: url, max: 3 },
    { onLost, ...(givenUpAfterMs ? { givenUpAfterMs } : {}) },
  );
  pool.on('error', onLost);
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

const read = <Row extends object>(pool: PoolWithReadLines, text: string, ...values: unknown[]) =>
  pool.query<Row>({ name: `read_${text}`, text, values }).then(({ rows }) => rows[0]);
const backendOf = async (pool: PoolWithReadLines) =>
  (await read<{ pid: number }>(pool, 'select pg_backend_pid() pid'))?.pid;
const PEN = 'select $1::int / $2::int n, pg_backend_pid() pid';

test('Reads that come together share two connections, and each gets its own answer', async () => {
  await using pool = open();
  const all = await Promise.all(
    Array.from({ length: 300 }, (_, n) => read<{ n: number; pid: number }>(pool, PEN, n, 1)),
  );
  expect(all.map((row) => row?.n)).toEqual(Array.from({ length: 300 }, (_, n) => n));
  expect(new Set(all.map((row) => row?.pid)).size).toBe(2);
  expect(pool.totalCount).toBe(0);
});

test('A read that fails fails alone', async () => {
  await using pool = open();
  const divisors = Array.from({ length: 40 }, (_, n) => n % 4);
  const all = await Promise.allSettled(divisors.map((by) => read<{ n: number }>(pool, PEN, 12, by)));
  for (const [index, by] of divisors.entries()) {
    const one = all[index];
    if (by > 0) expect(one).toMatchObject({ value: { n: 12 / by } });
    else expect(one).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
  }
});

test('What has no name, and what a transaction holds, goes over a connection of its own', async () => {
  await using pool = open();
  const line = await backendOf(pool);
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() pid');
  expect(rows[0]?.pid).not.toBe(line);
  const client = await pool.connect();
  await client.query('begin');
  const inside = await client.query<{ pid: number }>({ name: 'inside', text: 'select pg_backend_pid() pid' });
  await client.query('commit');
  client.release();
  expect(inside.rows[0]?.pid).toBe(rows[0]?.pid);
});

test('Behind a pooler each read has a connection of its own', async () => {
  await using database = openDatabase({ url: test_.url, maxConnections: 3, logger: silent, isPooled: true });
  await Promise.all(
    Array.from({ length: 3 }, () =>
      database.pool.query({ name: 'read_pid', text: 'select pg_backend_pid()' }),
    ),
  );
  expect(database.pool.totalCount).toBe(3);
});

test('A read that takes long holds up none that comes later', async () => {
  await using pool = open();
  await Promise.all([backendOf(pool), backendOf(pool)]);
  const order: string[] = [];
  const holder = await test_.database.pool.connect();
  await holder.query('begin');
  await holder.query('select pg_advisory_xact_lock(42)');
  const slow = ['one', 'two', 'three'].map((name) =>
    read(pool, `select pg_advisory_xact_lock_shared(42), '${name}'`).then(() => order.push(name)),
  );
  // The first of them may still join a line: how long its read takes is not yet known.
  const quick = await waitFor('a read that passes the slow ones', () =>
    Promise.race([backendOf(pool), pause(100).then(() => null)]),
  );
  order.push('quick');
  expect(quick).toEqual(expect.any(Number));
  await holder.query('commit');
  holder.release();
  await Promise.all(slow);
  expect(order[0]).toBe('quick');
});

test('A terminated line is told of, and made anew by the next read', async () => {
  await using pool = open();
  const before = await backendOf(pool);
  lost.length = 0;
  await test_.database.pool.query('select pg_terminate_backend($1)', [before]);
  await waitFor('the loss to be told', () => lost.length > 0);
  expect(await backendOf(pool)).not.toBe(before);
  expect(lost).toHaveLength(1);
});

test('After a read that fails the line is another one, and those on their way get their answers', async () => {
  await using pool = open();
  const before = await backendOf(pool);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const [own, deallocated, later] = await Promise.allSettled([
    read(pool, 'select $1::jsonb', circle),
    read(pool, 'deallocate all'),
    read<{ n: number }>(pool, PEN, 4, 2),
  ]);
  expect(own.status).toBe('rejected');
  expect(deallocated.status).toBe('fulfilled');
  expect(later).toMatchObject({ value: { n: 2 } });
  // What the other line still knows by this name is gone there.
  await Promise.allSettled([backendOf(pool), backendOf(pool), read(pool, PEN, 4, 2), read(pool, PEN, 4, 2)]);
  const after = await Promise.all([backendOf(pool), backendOf(pool), read(pool, PEN, 4, 2)]);
  expect(after).not.toContain(before);
  expect(after[2]).toMatchObject({ n: 2 });
});

test('What is asked after the end is refused, and leaves no connection', async () => {
  const pool = open();
  await backendOf(pool);
  await pool.end();
  await expect(backendOf(pool)).rejects.toThrow('after calling end');
});

test('A line that has gone silent is given up, with what waits for it, and made anew', async () => {
  await using proxy = await startPostgresProxy({ url: test_.url });
  await using pool = open(proxy.url, 200);
  await Promise.all([backendOf(pool), backendOf(pool)]);
  proxy.setSilent(true);
  const waiting = await Promise.allSettled([backendOf(pool), backendOf(pool), backendOf(pool)]);
  for (const one of waiting) {
    expect(one.status).toBe('rejected');
    expect(one.status === 'rejected' && isDatabaseTrouble(one.reason)).toBe(true);
  }
  proxy.setSilent(false);
  expect(await waitFor('a new line', () => backendOf(pool).catch(() => null))).toEqual(expect.any(Number));
});

test('A server that refuses is told to whoever reads, and tried again by the next', async () => {
  const proxy = await startPostgresProxy({ url: test_.url });
  await proxy[Symbol.asyncDispose]();
  await using pool = open(proxy.url);
  for (let time = 0; time < 2; time++)
    await expect(backendOf(pool)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

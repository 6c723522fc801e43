import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  databaseNow,
  inTransaction,
  openDatabase,
  postgresCodeOf,
  type Tx,
} from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { migrateJobs } from '../../src/jobs/worker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
  await test_.database.db.execute(sql`create table counters (name text primary key, n integer not null)`);
  await test_.database.db.execute(sql`insert into counters values ('a', 0), ('b', 0)`);
});
afterAll(() => test_.drop());

const add = (tx: Tx, name: string) => tx.execute(sql`update counters set n = n + 1 where name = ${name}`);
async function count(name: string): Promise<number | undefined> {
  const { rows } = await test_.database.db.execute<{ n: number }>(
    sql`select n from counters where name = ${name}`,
  );
  return rows[0]?.n;
}

test('A transaction that throws leaves nothing behind', async () => {
  const before = await count('a');
  const failed = inTransaction(test_.database.db, async (tx) => {
    await add(tx, 'a');
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  expect(await count('a')).toBe(before);
});

test('A transaction that was the victim of a deadlock is run again', async () => {
  const before = [await count('a'), await count('b')];
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const addBoth = (order: [string, string], mine: PromiseWithResolvers<void>, theirs: Promise<void>) =>
    inTransaction(test_.database.db, async (tx) => {
      await add(tx, order[0]);
      mine.resolve();
      await theirs;
      await add(tx, order[1]);
    });
  await Promise.all([addBoth(['a', 'b'], first, second.promise), addBoth(['b', 'a'], second, first.promise)]);
  expect([await count('a'), await count('b')]).toEqual(before.map((n) => (n ?? 0) + 2));
});

test('Connections that are terminated, idle or in use, cost one error and no process', async () => {
  await using victim = openDatabase({ url: test_.url, maxConnections: 2, logger: silent });
  const terminate = () =>
    test_.database.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
  await databaseNow(victim.db);
  await terminate();
  const inUse = inTransaction(victim.db, async (tx) => {
    await tx.execute(sql`select 1`);
    await terminate();
    await tx.execute(sql`select 1`);
  });
  await expect(inUse).rejects.toThrow();
  const now = await waitFor('a new connection', () => databaseNow(victim.db).catch(() => null));
  expect(now).toBeInstanceOf(Date);
});

test('Values never stand in an error, and the code of Postgres can be read from it', async () => {
  const failed = test_.database.db.execute(sql`insert into counters values (${'a'}, ${42})`);
  const error: unknown = await failed.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(postgresCodeOf(error)).toBe('23505');
  expect(String(error)).not.toContain('42');
});

test("Now is the database's", async () => {
  const { rows } = await test_.database.db.execute<{ ms: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  );
  const now = await databaseNow(test_.database.db);
  expect(now.getTime()).toBeGreaterThanOrEqual(Math.floor(rows[0]?.ms ?? Infinity));
});

test('Instances that start together migrate an empty database once', async () => {
  await test_.database.db.execute(sql`create database empty_one`);
  const url = Object.assign(new URL(test_.url), { pathname: '/empty_one' }).href;
  {
    await using one = openDatabase({ url, maxConnections: 3, logger: silent });
    await using other = openDatabase({ url, maxConnections: 3, logger: silent });
    await Promise.all([migrate(one), migrate(other)]);
    await Promise.all([migrateJobs(one, silent), migrateJobs(other, silent)]);
    await migrate(one);
    const { rows } = await one.db.execute<{ n: number }>(sql`select count(*)::int as n from event_outbox`);
    expect(rows).toEqual([{ n: 0 }]);
  }
  await test_.database.db.execute(sql`drop database empty_one with (force)`);
});

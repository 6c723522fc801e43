import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inTransaction, openDatabase } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { appendEvents, EVENTS_APPENDED } from '../../src/events/append-events.ts';
import { deleteOldEvents } from '../../src/events/delete-old-events.ts';
import type { LoggedEvent } from '../../src/events/event.ts';
import { eventLog, events } from '../../src/events/events.table.ts';
import { EventFeed } from '../../src/events/feed.ts';
import { ensureEpoch, readLogHead } from '../../src/events/log-head.ts';
import { numberEvents } from '../../src/events/number-events.ts';
import { newId, type TenantId } from '../../src/lib/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silent } from '../support/silent.ts';
import { append, newEvent, take, versionOf } from '../support/events.ts';
import { waitFor } from '../support/wait-for.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase({ maxConnections: 20 });
});
afterAll(() => test_.drop());
beforeEach(async () => {
  await test_.database.db.execute(sql`truncate event_outbox, events`);
  await test_.database.db.update(eventLog).set({ lastPosition: 0n });
});

const wholeLog = () => test_.database.db.select().from(events).orderBy(events.position);

/** One transaction of a writer: lock the tenant, append, linger, then commit or fail. */
async function writeOnce(tenantId: TenantId, version: number, fails: boolean): Promise<boolean> {
  const { db } = test_.database;
  const written = inTransaction(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${tenantId}))`);
    await appendEvents(tx, [newEvent(version, { tenantId })]);
    await tx.execute(sql`select pg_sleep(${Math.random() * 0.01})`);
    if (fails) throw new Error('rolled back');
  });
  return written.then(
    () => true,
    () => false,
  );
}

test('Writers that overlap and roll back lose no event, and every process tells the same order', async () => {
  const { db } = test_.database;
  const tenants = Array.from({ length: 4 }, () => newId('ten'));
  await using one = await EventFeed.start({ db, logger: silent, pollEveryMs: 20 });
  await using other = await EventFeed.start({ db, logger: silent, pollEveryMs: 15 });
  const told = [one, other].map((feed) => feed.subscribe({ filter: { visibleTenants: 'ALL' }, after: 0n }));
  const committed: number[] = [];
  const write = async (writer: number) => {
    for (let turn = 0; turn < 30; turn++) {
      const version = writer * 1_000 + turn;
      const tenant = tenants[Math.floor(Math.random() * tenants.length)] ?? newId('ten');
      if (await writeOnce(tenant, version, Math.random() < 0.2)) committed.push(version);
    }
  };
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(write));

  const [first, second] = await Promise.all(told.map((batches) => take(batches, committed.length)));
  const log = await wholeLog();
  const ids = (list: readonly LoggedEvent[] | undefined) => list?.map((event) => event.id);
  expect(log.map(versionOf).sort()).toEqual([...committed].sort());
  expect(log.map((event) => event.position)).toEqual(log.map((_, index) => BigInt(index + 1)));
  expect(ids(first)).toEqual(ids(log));
  expect(ids(second)).toEqual(ids(log));
  // Each writer waits for its own commit, so its versions rise.
  for (let writer = 0; writer < 8; writer++) {
    const own = log.map(versionOf).filter((version) => Math.floor(version / 1_000) === writer);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
});

test('A transaction that stays open, here or in another database, holds no event back', async () => {
  const { db, pool } = test_.database;
  await using elsewhere = await createTestDatabase();
  const open = [await pool.connect(), await elsewhere.database.pool.connect()];
  for (const client of open) await client.query('begin; select txid_current()');
  await open[0]?.query(
    `insert into event_outbox (id, tenant_id, actor, tenant, body) values ('evt_open', 'ten_1', '{}', '{}', '{}')`,
  );

  await append(db, newEvent(1));
  await numberEvents(db);
  expect((await wholeLog()).map(versionOf)).toEqual([1]);

  await open[0]?.query('commit');
  await numberEvents(db);
  expect((await wholeLog()).map((event) => event.position)).toEqual([1n, 2n]);
  for (const client of open) client.release(true);
});

test('A commit wakes every process at once, though none of them polls', async () => {
  const { db } = test_.database;
  const start = async () => {
    const feed = await EventFeed.start({ db, logger: silent, pollEveryMs: 600_000 });
    const listener = new Listener({
      url: test_.url,
      channels: [EVENTS_APPENDED],
      onWake: () => feed.wake(),
      logger: silent,
    });
    await waitFor('the listener', () => listener.isListening);
    return { feed, listener };
  };
  const processes = [await start(), await start(), await start()];
  const told = processes.map(({ feed }) =>
    take(feed.subscribe({ filter: { visibleTenants: 'ALL' }, after: 0n }), 40),
  );
  for (const version of Array.from({ length: 40 }, (_, index) => index + 1)) {
    await append(db, newEvent(version));
  }
  for (const events of await Promise.all(told)) {
    expect(events.map(versionOf)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  }
  for (const { feed, listener } of processes) {
    await listener[Symbol.asyncDispose]();
    await feed[Symbol.asyncDispose]();
  }
});

test('An epoch lasts as long as the log stays where it is', async () => {
  const { db } = test_.database;
  const { epoch } = await readLogHead(db);
  await ensureEpoch(db);
  expect((await readLogHead(db)).epoch).toBe(epoch);
  await db.update(eventLog).set({ home: 'the cluster it was dumped from' });
  await ensureEpoch(db);
  expect((await readLogHead(db)).epoch).not.toBe(epoch);
});

test('Retention deletes a beginning of the log and leaves no gap', async () => {
  const { db } = test_.database;
  for (const version of [1, 2, 3]) await append(db, newEvent(version));
  await numberEvents(db);
  await db.execute(sql`update events set occurred_at = now() - interval '8 days' where position in (1, 3)`);
  const weekAgo = new Date(Date.now() - 7 * 24 * 3600_000);
  expect(await deleteOldEvents(db, weekAgo)).toBe(1);
  expect(await readLogHead(db)).toMatchObject({ firstPosition: 2n, lastPosition: 3n });
  expect(await deleteOldEvents(db, new Date(Date.now() + 3600_000))).toBe(2);
  expect(await readLogHead(db)).toMatchObject({ firstPosition: 4n, lastPosition: 3n });
});

test('A rolled back change leaves no event', async () => {
  await using database = openDatabase({ url: test_.url, maxConnections: 1, logger: silent });
  const failed = inTransaction(database.db, async (tx) => {
    await appendEvents(tx, [newEvent(1)]);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  await numberEvents(database.db);
  expect(await wholeLog()).toEqual([]);
});

import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiKeys } from '../../src/access/access.table.ts';
import { type Db, inTransaction } from '../../src/database/database.ts';
import { type Held, whileHolding } from '../../src/database/lease.ts';
import { leases } from '../../src/database/leases.table.ts';
import { newId } from '../../src/lib/ids.ts';
import { createTestDatabase, silent, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());

type Holder = AsyncDisposable & { held: () => Held | null };

/** Somebody who wants the lease; `held` is what they hold at the moment. */
function want(name: string): Holder {
  const stop = new AbortController();
  let held: Held | null = null;
  const ended = whileHolding(
    { db: test_.database.db, name, logger: silent, signal: stop.signal },
    async (now) => {
      held = now;
      await new Promise<void>((resolve) => now.signal.addEventListener('abort', () => resolve()));
      held = null;
    },
  );
  const end = async () => {
    stop.abort();
    await ended;
  };
  return { held: () => held, [Symbol.asyncDispose]: end };
}

const expire = (name: string) =>
  test_.database.db
    .update(leases)
    .set({ expiresAt: sql`clock_timestamp() - interval '1 second'` })
    .where(eq(leases.name, name));

const write = (db: Db, name: string) =>
  inTransaction(db, (tx) =>
    tx.insert(apiKeys).values({
      id: newId('key'),
      name,
      personId: null,
      createdBy: { kind: 'API_KEY', id: 'x', displayName: 'x' },
    }),
  );

test('Of several who want a lease one holds it, and another follows as soon as it is given up', async () => {
  const first = want('one');
  await waitFor('the first to hold it', () => first.held());
  await using second = want('one');
  await using third = want('one');
  expect([second.held(), third.held()]).toEqual([null, null]);
  await first[Symbol.asyncDispose]();
  await waitFor('another to hold it', () => second.held() ?? third.held());
  expect([second.held(), third.held()].filter(Boolean)).toHaveLength(1);
});

test('Who lost a lease without noticing writes nothing: what it tries is refused', async () => {
  await using sleeper = want('fenced');
  const slept = await waitFor('the lease to be held', () => sleeper.held());
  await write(slept.db, 'while it was held');
  await expire('fenced');
  await using next = want('fenced');
  const taken = await waitFor('the lease to be taken over', () => next.held());
  await expect(write(slept.db, 'stale')).rejects.toThrow('held by another process');
  await write(taken.db, 'fresh');
  await waitFor('the sleeper to notice', () => slept.signal.aborted);
  const names = await test_.database.db
    .select({ name: apiKeys.name })
    .from(apiKeys)
    .orderBy(apiKeys.createdAt);
  expect(names.map(({ name }) => name)).toEqual(['while it was held', 'fresh']);
});

test('Nobody takes a lease over while its holder is in the middle of a write', async () => {
  await using holder = want('writing');
  const held = await waitFor('the lease to be held', () => holder.held());
  const go = Promise.withResolvers<void>();
  const inside = Promise.withResolvers<void>();
  const writing = inTransaction(held.db, async () => {
    inside.resolve();
    await go.promise;
  });
  await inside.promise;
  const taking = test_.database.db
    .update(leases)
    .set({ term: sql`${leases.term} + 1`, holder: 'somebody else' })
    .where(eq(leases.name, 'writing'))
    .execute();
  await waitFor('the take-over to wait', async () => {
    const { rows } = await test_.database.db.execute<{ pid: number }>(
      sql`select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rows.length > 0;
  });
  go.resolve();
  await writing;
  await taking;
  await expect(write(held.db, 'late')).rejects.toThrow('held by another process');
});

test('A single statement is not fenced, and therefore refused', async () => {
  await using holder = want('single');
  const { db } = await waitFor('the lease to be held', () => holder.held());
  expect(() => db.delete(apiKeys)).toThrow('is not fenced');
});

import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CursorExpired, CursorInvalid, encodeCursor } from '../../src/events/cursor.ts';
import type { EventFilter } from '../../src/events/event-filter.ts';
import { eventLog } from '../../src/events/events.table.ts';
import { EventFeed } from '../../src/events/feed.ts';
import { numberEvents } from '../../src/events/number-events.ts';
import type { RunId } from '../../src/lib/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silent } from '../support/silent.ts';
import { append, CONTOSO, FABRIKAM, newEvent, take, versionOf } from '../support/events.ts';
import { waitFor } from '../support/wait-for.ts';

const ALL: EventFilter = { visibleTenants: 'ALL' };

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());
beforeEach(async () => {
  await test_.database.db.execute(sql`truncate event_outbox, events`);
  await test_.database.db.update(eventLog).set({ lastPosition: 0n });
});

const startFeed = (windowSize = 1_000) =>
  EventFeed.start({ db: test_.database.db, logger: silent, windowSize, pollEveryMs: 10 });

async function write(from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version++) await append(test_.database.db, newEvent(version));
}
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('History goes over into live events without a gap or a double, wherever it begins', async () => {
  await write(1, 30);
  await numberEvents(test_.database.db);
  await using feed = await startFeed(10);
  const writing = write(31, 90);
  const starts = [0, 7, 29, 30];
  const taken = await Promise.all(
    starts.map((start) => take(feed.subscribe({ filter: ALL, after: BigInt(start) }), 90 - start)),
  );
  await writing;
  expect(taken.map((events) => events.map(versionOf))).toEqual(starts.map((start) => numbers(start + 1, 90)));
});

test('A subscriber that is far slower than the writers gets everything, from the table', async () => {
  await using feed = await startFeed(10);
  const batches = feed.subscribe({ filter: ALL, after: null });
  const first = take(batches, 1);
  await write(1, 1);
  await first;
  await append(test_.database.db, ...numbers(2, 1_500).map((version) => newEvent(version)));
  await waitFor('the feed to be ahead', () => feed.place().position === 1_500n);
  expect((await take(batches, 1_499)).map(versionOf)).toEqual(numbers(2, 1_500));
});

test('A subscriber gets what its filter and its rights let through, and its position moves on when nothing does', async () => {
  await using feed = await startFeed();
  const { db } = test_.database;
  const runId: RunId = 'run_00000000000070008000000000000001';
  const mine = feed.subscribe({
    filter: { visibleTenants: new Set([FABRIKAM]) },
    after: null,
    quietAfterMs: 50,
  });
  const ofRun = feed.subscribe({ filter: { ...ALL, runId }, after: null });
  await append(db, newEvent(1), newEvent(2, { tenantId: FABRIKAM }), newEvent(3, { runId }));
  expect((await take(mine, 1)).map(versionOf)).toEqual([2]);
  expect((await take(ofRun, 1)).map(versionOf)).toEqual([3]);
  await append(db, newEvent(4, { tenantId: CONTOSO }));
  await waitFor('the feed', () => feed.place().position === 4n);
  const position = await waitFor('a quiet batch', async () => {
    const { value } = await mine.next();
    return value?.events.length === 0 && value.position === 4n ? value.position : null;
  });
  expect(position).toBe(4n);
});

test('A busy log does not delay the sign of life of a subscriber that nothing concerns', async () => {
  await using feed = await startFeed();
  const filter: EventFilter = { ...ALL, kinds: ['GATE_MISSING'] };
  const batches = feed.subscribe({ filter, after: null, quietAfterMs: 100 });
  const life = batches.next();
  let isAlive = false;
  void life.then(() => (isAlive = true));
  await waitFor('an empty batch', async () => {
    await write(1, 1);
    return isAlive;
  });
  expect((await life).value?.events).toEqual([]);
});

test('A subscription ends when its signal aborts, when it is returned from, and when the feed ends', async () => {
  const feed = await startFeed();
  const leaving = new AbortController();
  const aborted = feed.subscribe({ filter: ALL, after: null, signal: leaving.signal });
  const returned = feed.subscribe({ filter: ALL, after: null });
  const kept = feed.subscribe({ filter: ALL, after: null });
  const ends = [aborted.next(), returned.next(), kept.next()];
  expect(feed.isWatched).toBe(true);
  leaving.abort();
  await returned.return?.();
  await feed[Symbol.asyncDispose]();
  expect((await Promise.all(ends)).map((end) => end.done)).toEqual([true, true, true]);
  expect(feed.isWatched).toBe(false);
  expect((await feed.subscribe({ filter: ALL, after: null }).next()).done).toBe(true);
});

test('A subscription that is left while it reads from the table ends, and is told nothing more', async () => {
  await write(1, 50);
  await using feed = await startFeed(5);
  await waitFor('the feed', () => feed.place().position === 50n);
  const batches = feed.subscribe({ filter: ALL, after: 0n, quietAfterMs: 1 });
  const reading = batches.next();
  expect(feed.isWatched).toBe(true);
  await batches.return?.();
  expect((await reading).done).toBe(true);
  expect(feed.isWatched).toBe(false);
});

test('A cursor is refused when events behind it are gone, when it is ahead of the log, or was never given', async () => {
  const { db } = test_.database;
  await write(1, 4);
  await using feed = await startFeed();
  await waitFor('the feed', () => feed.place().position === 4n);
  const { epoch } = feed.place();
  const at = (position: bigint) => feed.positionAfter(encodeCursor({ epoch, position }));
  expect(await at(0n)).toBe(0n);
  await db.execute(sql`delete from events where position <= 2`);
  expect(await at(2n)).toBe(2n);
  await expect(at(1n)).rejects.toBeInstanceOf(CursorExpired);
  await expect(at(5n)).rejects.toBeInstanceOf(CursorInvalid);
  const ofAnotherEpoch = encodeCursor({ epoch: 'abcdefghijkl', position: 3n });
  await expect(feed.positionAfter(ofAnotherEpoch)).rejects.toBeInstanceOf(CursorExpired);
  const begin = (of: string) => feed.subscribe({ filter: ALL, after: 3n, epoch: of });
  expect(() => begin('abcdefghijkl')).toThrow(CursorExpired);
  expect(() => begin(epoch)).not.toThrow();
});

test('A subscriber whose history is deleted while it reads is told so', async () => {
  await write(1, 50);
  await using feed = await startFeed(5);
  await waitFor('the feed', () => feed.place().position === 50n);
  await test_.database.db.execute(sql`delete from events where position <= 20`);
  const batches = feed.subscribe({ filter: ALL, after: 10n });
  await expect(batches.next()).rejects.toBeInstanceOf(CursorExpired);
});

test('Whoever asked for no tenant at all still gets signs of life, and is told when the log was restored', async () => {
  await using feed = await startFeed();
  const filter: EventFilter = { ...ALL, tenantIds: [] };
  const batches = feed.subscribe({ filter, after: null, quietAfterMs: 50 });
  const waiting = feed.subscribe({ filter, after: null }).next();
  const expired = expect(waiting).rejects.toBeInstanceOf(CursorExpired);
  expect((await batches.next()).value?.events).toEqual([]);
  const before = feed.place().epoch;
  await test_.database.db.update(eventLog).set({ home: 'another cluster' });
  await waitFor('the new epoch', () => feed.place().epoch !== before);
  await expect(batches.next()).rejects.toBeInstanceOf(CursorExpired);
  await expired;
  expect(feed.isWatched).toBe(false);
});

test('Subscribers are told when the log was restored under them', async () => {
  await write(1, 2);
  await using feed = await startFeed();
  await waitFor('the feed', () => feed.place().position === 2n);
  const waiting = feed.subscribe({ filter: ALL, after: null }).next();
  const expired = expect(waiting).rejects.toBeInstanceOf(CursorExpired);
  const before = feed.place().epoch;
  await test_.database.db.update(eventLog).set({ home: 'another cluster' });
  await expired;
  expect(feed.place().epoch).not.toBe(before);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventFeed } from '../../src/events/feed.ts';
import { appendEvents } from '../../src/events/append-events.ts';
import { createTestDatabase, silent, type TestDatabase } from '../support/database.ts';
import { append, CONTOSO, FABRIKAM, newEvent, take, versionOf } from '../support/events.ts';
import { openWriter } from '../support/open-writer.ts';

let here: TestDatabase;
let elsewhere: TestDatabase;
beforeAll(async () => {
  [here, elsewhere] = await Promise.all([createTestDatabase(), createTestDatabase()]);
});
afterAll(async () => {
  await Promise.all([here.drop(), elsewhere.drop()]);
});

test('A transaction that stays open in another database of the cluster holds nothing back', async () => {
  await using _idle = await openWriter(elsewhere.database.db, (tx) => appendEvents(tx, [newEvent(0)]));
  await using feed = await EventFeed.start({ db: here.database.db, logger: silent, pollEveryMs: 10 });
  const told = feed.subscribe({ filter: { visibleTenants: 'ALL' }, after: null });
  for (const version of [1, 2, 3]) await append(here.database.db, newEvent(version));
  expect((await take(told, 3)).map(versionOf)).toEqual([1, 2, 3]);
});

test('Events of a transaction that commits late come when it commits, behind those that did not wait for it', async () => {
  const late = await openWriter(here.database.db, (tx) =>
    appendEvents(tx, [newEvent(11), newEvent(12, { tenantId: FABRIKAM })]),
  );
  await using feed = await EventFeed.start({ db: here.database.db, logger: silent, pollEveryMs: 10 });
  const told = feed.subscribe({ filter: { visibleTenants: 'ALL' }, after: null });
  await append(here.database.db, newEvent(13, { tenantId: CONTOSO }));
  expect((await take(told, 1)).map(versionOf)).toEqual([13]);
  const before = feed.place().position;
  await late.commit();
  const rest = await take(told, 2);
  expect(rest.map(versionOf)).toEqual([11, 12]);
  expect(rest.map(({ position }) => position)).toEqual([before + 1n, before + 2n]);
});

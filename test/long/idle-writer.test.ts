import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { appendEvents } from '../../src/events/append-events.ts';
import { EventFeed } from '../../src/events/feed.ts';
import { createTestDatabase, silent } from '../support/database.ts';
import { append, newEvent, take, versionOf } from '../support/events.ts';
import { openWriter } from '../support/open-writer.ts';

const IDLE_MS = 60_000;
const EVERY_MS = 100;

test('A writer that idles for 60 seconds in another database never delays an event by as much as a second', async () => {
  await using here = await createTestDatabase();
  await using elsewhere = await createTestDatabase();
  await using _idle = await openWriter(elsewhere.database.db, (tx) => appendEvents(tx, [newEvent(0)]));
  await using feed = await EventFeed.start({ db: here.database.db, logger: silent, pollEveryMs: 10 });
  const told = feed.subscribe({ filter: { visibleTenants: 'ALL' }, after: null });
  const delays: number[] = [];
  const end = performance.now() + IDLE_MS;
  for (let version = 1; performance.now() < end; version++) {
    const writtenAt = performance.now();
    await append(here.database.db, newEvent(version));
    expect((await take(told, 1)).map(versionOf)).toEqual([version]);
    delays.push(performance.now() - writtenAt);
    await sleep(EVERY_MS);
  }
  delays.sort((a, b) => a - b);
  console.log(`${delays.length} events, the slowest after ${Math.round(delays.at(-1) ?? 0)} ms`);
  expect(delays.at(-1)).toBeLessThan(1_000);
});

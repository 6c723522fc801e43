import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { type Db, openDatabase } from '../../src/database/database.ts';
import { NOTHING_TO_LOSE, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrate } from '../../src/database/migrate.ts';
import { CursorExpired, encodeCursor } from '../../src/events/cursor.ts';
import { EventFeed } from '../../src/events/feed.ts';
import { readLogHead } from '../../src/events/log-head.ts';
import { numberEvents } from '../../src/events/number-events.ts';
import { createTestDatabase, silent } from '../support/database.ts';
import { append, newEvent, take, versionOf } from '../support/events.ts';
import { waitFor } from '../support/wait-for.ts';

const TABLES = ['event_log', 'events', 'event_outbox'];

/** What a dump does: the rows of the tables, as texts, into the same tables elsewhere, whose numbers go on from there. */
async function dumpInto(from: Db, to: Db): Promise<void> {
  for (const table of TABLES) {
    const name = sql.identifier(table);
    const { rows } = await from.execute<{ all: string }>(
      sql`select coalesce(json_agg(t), '[]')::text as all from ${name} t`,
    );
    await to.execute(
      sql`insert into ${name} overriding system value select * from json_populate_recordset(null::${name}, ${rows[0]?.all ?? '[]'}::json)`,
    );
  }
  await to.execute(
    sql`select setval(pg_get_serial_sequence('event_outbox', 'sequence'), (select max(sequence) from event_outbox))`,
  );
}

test('After a dump was restored into another cluster, older cursors expire and no event is lost', async () => {
  const dataFolder = join(tmpdir(), `tenant-sync-restored-${randomBytes(6).toString('hex')}`);
  await using old = await createTestDatabase();
  await append(old.database.db, newEvent(1), newEvent(2));
  await numberEvents(old.database.db);
  // Committed and not yet numbered when the dump was made.
  await append(old.database.db, newEvent(3));
  const { epoch, lastPosition: position } = await readLogHead(old.database.db);
  const cursor = encodeCursor({ epoch, position });

  await using postgres = await startEmbeddedPostgres({
    dataFolder,
    logger: silent,
    settings: NOTHING_TO_LOSE,
  });
  await using database = openDatabase({ url: postgres.url, maxConnections: 5, logger: silent });
  await migrate(database);
  await dumpInto(old.database.db, database.db);
  await using feed = await EventFeed.start({ db: database.db, logger: silent, pollEveryMs: 10 });
  await append(database.db, newEvent(4));
  await waitFor('every event to be numbered', () => feed.place().position === 4n);
  await expect(feed.positionAfter(cursor)).rejects.toBeInstanceOf(CursorExpired);
  const all = await take(feed.subscribe({ filter: { visibleTenants: 'ALL' }, after: 0n }), 4);
  expect(all.map(versionOf)).toEqual([1, 2, 3, 4]);
  expect(await feed.positionAfter(encodeCursor(feed.place()))).toBe(4n);
  await feed[Symbol.asyncDispose]();
  await postgres.stop();
  await rm(postgres.dataFolder, { recursive: true, force: true });
});

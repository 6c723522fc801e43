import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inTransaction, openDatabase } from '../../src/database/database.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { Listener } from '../../src/database/listener.ts';
import { migrate } from '../../src/database/migrate.ts';
import { appendEvents, EVENTS_APPENDED } from '../../src/events/append-events.ts';
import { EventFeed } from '../../src/events/feed.ts';
import { enqueue } from '../../src/jobs/jobs.ts';
import { type JobHandlers, migrateJobs, Worker } from '../../src/jobs/worker.ts';
import { newId, type RunId } from '../../src/lib/ids.ts';
import { newEvent, take, versionOf } from '../support/events.ts';
import { freePort } from '../support/free-port.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';

test('Events and jobs go on after Postgres crashed and came back: what was committed is told and done', async () => {
  const settings = { port: String(await freePort()), fsync: 'off' };
  const start = () =>
    startEmbeddedPostgres({
      dataFolder: join(tmpdir(), `tenant-sync-crash-${settings.port}`),
      logger: silent,
      settings,
    });
  const first = await start();
  await using database = openDatabase({ url: first.url, maxConnections: 10, logger: silent });
  await migrate(database);
  await migrateJobs(database, silent);
  await using feed = await EventFeed.start({ db: database.db, logger: silent });
  const wake = () => feed.wake();
  await using _listener = new Listener({
    url: first.url,
    channels: [EVENTS_APPENDED],
    onWake: wake,
    logger: silent,
  });
  const done: RunId[] = [];
  await using _worker = await Worker.start({
    database,
    handlers: handlersTo(done),
    logger: silent,
    concurrency: 4,
  });
  const told = feed.subscribe({ filter: { visibleTenants: 'ALL' }, after: null });

  const committed = new Map<number, RunId>();
  let version = 0;
  const writeUntil = async (wanted: number) => {
    while (committed.size < wanted) {
      version += 1;
      const [number, runId] = [version, newId('run')];
      const write = inTransaction(database.db, async (tx) => {
        await appendEvents(tx, [newEvent(number)]);
        await enqueue(tx, 'queue-run', { runId });
      });
      await waitFor('the write to be answered', () =>
        write.then(
          () => committed.set(number, runId),
          () => true,
        ),
      );
    }
  };
  const writing = writeUntil(150);
  await waitFor('some writes', () => committed.size > 50);
  const [pid] = (await readFile(join(first.dataFolder, 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGQUIT');
  await using second = await start();
  await writing;

  // A commit whose answer was lost in the crash may be told as well: never fewer than were acknowledged.
  const numbers = new Set<number>();
  await waitFor('every acknowledged event', async () => {
    for (const event of await take(told, 1)) numbers.add(versionOf(event));
    return [...committed.keys()].every((number) => numbers.has(number));
  });
  await waitFor(
    'every acknowledged job',
    () => [...committed.values()].every((runId) => done.includes(runId)),
    {
      withinMs: 20_000,
    },
  );
  expect(second.url).toBe(first.url);
  await second.stop();
  await rm(second.dataFolder, { recursive: true, force: true });
});

function handlersTo(done: RunId[]): JobHandlers {
  const unexpected = () => Promise.reject(new Error('No test asks for this job.'));
  return {
    'queue-run': ({ runId }) => Promise.resolve(void done.push(runId)),
    'cancel-run': unexpected,
    'answer-gate': unexpected,
    revert: unexpected,
    'watch-pull-request': unexpected,
    'delete-old-events': unexpected,
  };
}

import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../../src/database/database.ts';
import { freeDeadWorkers } from '../../src/jobs/dead-workers.ts';
import { enqueue, type EnqueueOptions } from '../../src/jobs/jobs.ts';
import { type JobContext, type JobHandlers, Worker } from '../../src/jobs/worker.ts';
import { newId, type RunId } from '../../src/lib/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());
afterEach(() => test_.database.db.execute(sql`delete from graphile_worker._private_jobs`));

type QueueRun = JobHandlers['queue-run'];

function startWorker(queueRun: QueueRun): Promise<Worker> {
  const unexpected = () => Promise.reject(new Error('No test asks for this job.'));
  const handlers: JobHandlers = {
    'queue-run': queueRun,
    'cancel-run': unexpected,
    'answer-gate': unexpected,
    revert: unexpected,
    'watch-pull-request': unexpected,
    'delete-old-events': unexpected,
  };
  return Worker.start({ database: test_.database, handlers, logger: silent, concurrency: 4 });
}

async function queue(runId: RunId, options: EnqueueOptions = {}): Promise<void> {
  await inTransaction(test_.database.db, (tx) => enqueue(tx, 'queue-run', { runId }, options));
}

async function jobsLeft(): Promise<number> {
  const { rows } = await test_.database.db.execute<{ n: number }>(
    sql`select count(*)::int as n from graphile_worker.jobs`,
  );
  return rows[0]?.n ?? -1;
}

test('A job runs once when its transaction commits, and never when it was rolled back', async () => {
  const ran: RunId[] = [];
  await using _worker = await startWorker(({ runId }) => Promise.resolve(void ran.push(runId)));
  const [kept, dropped] = [newId('run'), newId('run')];
  const failed = inTransaction(test_.database.db, async (tx) => {
    await enqueue(tx, 'queue-run', { runId: dropped });
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  await queue(kept);
  await waitFor('the queue to be empty', async () => (await jobsLeft()) === 0);
  expect(ran).toEqual([kept]);
});

test('A job that fails is tried again, and is told which attempt it is', async () => {
  const attempts: JobContext[] = [];
  await using _worker = await startWorker((_payload, context) => {
    attempts.push(context);
    return context.attempt < 2 ? Promise.reject(new Error('Azure is away')) : Promise.resolve();
  });
  await queue(newId('run'), { maxAttempts: 3 });
  await waitFor('the first attempt', () => attempts.length === 1);
  await test_.database.db.execute(
    sql`update graphile_worker._private_jobs set run_at = now() where attempts = 1`,
  );
  await waitFor('the queue to be empty', async () => (await jobsLeft()) === 0);
  expect(attempts.map(({ attempt, maxAttempts }) => [attempt, maxAttempts])).toEqual([
    [1, 3],
    [2, 3],
  ]);
});

test('Of two jobs with one key only the later one runs, at its own time', async () => {
  const ran: RunId[] = [];
  const [first, second] = [newId('run'), newId('run')];
  await queue(first, { key: 'same', runAt: new Date(Date.now() + 3600_000) });
  await queue(second, { key: 'same' });
  await using _worker = await startWorker(({ runId }) => Promise.resolve(void ran.push(runId)));
  await waitFor('the queue to be empty', async () => (await jobsLeft()) === 0);
  expect(ran).toEqual([second]);
});

test('A job that a killed worker had begun runs again, even when that was its last attempt', async () => {
  const ran: RunId[] = [];
  const runId = newId('run');
  await queue(runId, { maxAttempts: 1 });
  await test_.database.db.execute(
    sql`update graphile_worker._private_jobs set attempts = 1, locked_by = 'pool-dead', locked_at = now() - interval '1 minute'`,
  );
  await using _worker = await startWorker((payload) => Promise.resolve(void ran.push(payload.runId)));
  await waitFor('the job', () => ran.length === 1);
  expect(ran).toEqual([runId]);
});

test('A job of a worker that lives is left to it, however long it takes', async () => {
  const { db } = test_.database;
  const end = Promise.withResolvers<void>();
  let runs = 0;
  await using _worker = await startWorker(() => {
    runs += 1;
    return end.promise;
  });
  await queue(newId('run'));
  await waitFor('the job to begin', () => runs === 1);
  await db.execute(sql`update graphile_worker._private_jobs set locked_at = now() - interval '1 hour'`);
  expect(await freeDeadWorkers(db)).toBe(0);
  end.resolve();
  await waitFor('the queue to be empty', async () => (await jobsLeft()) === 0);
  expect(runs).toBe(1);
});

test('A job is free when its worker was not heard of for 8 seconds, whoever looks', async () => {
  const { db } = test_.database;
  await queue(newId('run'));
  await db.execute(
    sql`update graphile_worker._private_jobs set locked_by = 'pool-frozen', locked_at = now() - interval '1 hour'`,
  );
  const heardOf = (ago: string) =>
    db.execute(sql`
      insert into job_workers values ('pool-frozen', clock_timestamp() - ${ago}::interval)
      on conflict (id) do update set seen_at = excluded.seen_at`);
  await heardOf('3 seconds');
  expect(await freeDeadWorkers(db)).toBe(0);
  await heardOf('9 seconds');
  expect(await freeDeadWorkers(db)).toBe(1);
  const { rows } = await db.execute<{ isLocked: boolean }>(
    sql`select locked_by is not null as "isLocked" from graphile_worker.jobs`,
  );
  expect(rows).toEqual([{ isLocked: false }]);
});

test('The worker goes on after every connection was terminated under a running job', async () => {
  const { db } = test_.database;
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const ran: RunId[] = [];
  await using _worker = await startWorker(async ({ runId }) => {
    begun.resolve();
    await end.promise;
    ran.push(runId);
  });
  await queue(newId('run'));
  await begun.promise;
  await db
    .execute(sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()`)
    .catch(() => undefined);
  end.resolve();
  const later = newId('run');
  await waitFor('a connection', () =>
    queue(later).then(
      () => true,
      () => false,
    ),
  );
  await waitFor('the later job', () => ran.includes(later));
});

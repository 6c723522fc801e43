import { EventEmitter } from 'node:events';
import {
  Logger as WorkerLogger,
  run,
  type Runner,
  type RunnerOptions,
  runMigrations,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import type { Database } from '../database/database.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import { hurryImpatientJobs } from './impatient-jobs.ts';
import { freeDeadWorkers, GIVE_UP_PRESENCE, HOLD_PRESENCE } from './dead-workers.ts';
import { inSpan } from '../telemetry/tracing.ts';
import type { JobName, JobPayloads, Traced } from './job-names.ts';
import { Presence } from './presence.ts';

export type JobContext = {
  /** From 1. */
  attempt: number;
  maxAttempts: number;
  /** Aborts 5 s after the worker was asked to stop. */
  signal: AbortSignal;
  /** False once this process was frozen or cut off for so long that another may do the same job. */
  isOurs: () => boolean;
};

/** One for each kind of job. What it throws is logged, and the job tried again later: it may run more than once. */
export type JobHandlers = {
  [Name in JobName]: (payload: JobPayloads[Name], context: JobContext) => Promise<void>;
};

export type WorkerOptions = {
  /** One connection is held all the time, and one more for each job only while its state is written. */
  database: Database;
  handlers: JobHandlers;
  logger: Logger;
  /** Jobs at a time. */
  concurrency: number;
};

const LOOK_EVERY_MS = 1_000;
/** What a process had begun that was killed, frozen or cut off goes on 8 s + 2 s later at most. */
const SAY_AND_FREE_EVERY_MS = 2_000;

/** Makes or updates the tables of the job queue. Instances may do so at the same time. */
export async function migrateJobs(database: Database, logger: Logger): Promise<void> {
  await runMigrations({ pgPool: database.pool, logger: quiet(logger) });
}

/** Runs jobs until it is disposed of; what is running then may finish. */
export class Worker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #end = new AbortController();
  readonly #loops: Promise<unknown>;
  readonly #presence: Presence;
  #runner: Runner;

  private constructor(options: WorkerOptions, { runner, presence }: { runner: Runner; presence: Presence }) {
    this.#options = options;
    this.#runner = runner;
    this.#presence = presence;
    this.#loops = Promise.all([this.#keepRunning(), this.#keepFreeing()]);
  }

  static async start(options: WorkerOptions): Promise<Worker> {
    const presence = new Presence(options.database.db);
    return new Worker(options, { presence, runner: await run(runnerOptions(options, presence)) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    // It refuses to be stopped when it has just stopped by itself.
    await this.#runner.stop('the worker is disposed of').catch(() => undefined);
    await this.#loops;
  }

  /** graphile-worker stops for good when it cannot write a job's end, as when Postgres restarts. */
  async #keepRunning(): Promise<void> {
    for (let failures = 0; !this.#end.signal.aborted; failures++) {
      try {
        if (failures > 0) this.#runner = await run(runnerOptions(this.#options, this.#presence));
        if (this.#end.signal.aborted) await this.#runner.stop();
        await this.#runner.promise;
      } catch (error) {
        this.#options.logger.warn('The job worker stopped; starting it again.', { error: messageOf(error) });
      }
      await pause(backOffMs(Math.min(failures + 1, 6), 200, 5_000), this.#end.signal);
    }
  }

  async #keepFreeing(): Promise<void> {
    const { database, logger } = this.#options;
    while (!this.#end.signal.aborted) {
      try {
        await this.#presence.say();
        const workers = await freeDeadWorkers(database.db);
        if (workers > 0) logger.warn('Jobs of workers that are gone run again.', { workers });
        await hurryImpatientJobs(database.db);
      } catch (error) {
        logger.warn('Jobs that wait too long could not be looked for; trying again.', {
          error: messageOf(error),
        });
      }
      await pause(SAY_AND_FREE_EVERY_MS, this.#end.signal);
    }
  }
}

function runnerOptions(
  { database, handlers, logger, concurrency }: WorkerOptions,
  presence: Presence,
): RunnerOptions {
  return {
    pgPool: database.pool,
    concurrency,
    taskList: taskList(handlers, presence),
    parsedCronItems: [],
    noHandleSignals: true,
    pollInterval: LOOK_EVERY_MS,
    logger: quiet(logger),
    events: events(presence),
    // Unbatched, a job's end that cannot be written is a rejection that nobody handles: the process would exit.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  };
}

type Begun = { attempts: number; max_attempts: number; locked_by: string | null };

function taskList(handlers: JobHandlers, presence: Presence): TaskList {
  const task =
    <Name extends JobName>(name: string, handle: JobHandlers[Name]) =>
    async (written: unknown, { job, abortSignal }: { job: Begun; abortSignal: AbortSignal }) => {
      await presence.beKnown();
      // What `enqueue` wrote under this name.
      const payload = written as JobPayloads[Name] & Traced;
      const { attempts: attempt, max_attempts: maxAttempts } = job;
      const isOurs = () => presence.isSure(job.locked_by);
      return inSpan(`job ${name}`, { behind: payload.traceparent, attributes: { attempt } }, () =>
        handle(payload, { attempt, maxAttempts, signal: abortSignal, isOurs }),
      );
    };
  return Object.fromEntries(Object.entries(handlers).map(([name, handle]) => [name, task(name, handle)]));
}

/** A worker is spoken for from its beginning; its listening connection holds the lock of the release before. */
function events(presence: Presence): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
  events.on('pool:create', ({ workerPool }) => presence.begin(workerPool.id));
  // Both events come before graphile-worker's own LISTEN or UNLISTEN: `drain` is when that is done. A connection that
  // fails here failed there too, and is replaced.
  events.on('pool:listen:success', ({ client, workerPool }) => {
    client.once('drain', () => void client.query(HOLD_PRESENCE, [workerPool.id]).catch(() => undefined));
  });
  events.on('pool:listen:release', ({ client, workerPool }) => {
    client.once('drain', () => void client.query(GIVE_UP_PRESENCE, [workerPool.id]).catch(() => undefined));
  });
  return events;
}

function quiet(logger: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') logger.error(message);
    else if (level === 'warning') logger.warn(message);
    else logger.debug(message);
  });
}

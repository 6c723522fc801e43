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
import { DeadWorkers, GIVE_UP_PRESENCE, HOLD_PRESENCE } from './dead-workers.ts';
import { inSpan } from '../telemetry/tracing.ts';
import type { JobName, JobPayloads, Traced } from './job-names.ts';

/** `attempt` counts from 1. The signal aborts 5 s after the worker was asked to stop. */
export type JobContext = { attempt: number; maxAttempts: number; signal: AbortSignal };

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
/** With the grace for absent workers: what a killed process had begun goes on after 8 s at most. */
const FREE_EVERY_MS = 2_000;

/** Makes or updates the tables of the job queue. Instances may do so at the same time. */
export async function migrateJobs(database: Database, logger: Logger): Promise<void> {
  await runMigrations({ pgPool: database.pool, logger: quiet(logger) });
}

/** Runs jobs until it is disposed of; what is running then may finish. */
export class Worker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #end = new AbortController();
  readonly #loops: Promise<unknown>;
  #runner: Runner;

  private constructor(options: WorkerOptions, runner: Runner) {
    this.#options = options;
    this.#runner = runner;
    this.#loops = Promise.all([this.#keepRunning(), this.#keepFreeing()]);
  }

  static async start(options: WorkerOptions): Promise<Worker> {
    return new Worker(options, await run(runnerOptions(options)));
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
        if (failures > 0) this.#runner = await run(runnerOptions(this.#options));
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
    const dead = new DeadWorkers(database.db);
    while (!this.#end.signal.aborted) {
      try {
        const workers = await dead.free();
        if (workers > 0) logger.warn('Jobs of workers that are gone run again.', { workers });
        await hurryImpatientJobs(database.db);
      } catch (error) {
        logger.warn('Jobs that wait too long could not be looked for; trying again.', {
          error: messageOf(error),
        });
      }
      await pause(FREE_EVERY_MS, this.#end.signal);
    }
  }
}

function runnerOptions({ database, handlers, logger, concurrency }: WorkerOptions): RunnerOptions {
  return {
    pgPool: database.pool,
    concurrency,
    taskList: taskList(handlers),
    parsedCronItems: [],
    noHandleSignals: true,
    pollInterval: LOOK_EVERY_MS,
    logger: quiet(logger),
    events: presence(),
    // Unbatched, a job's end that cannot be written is a rejection that nobody handles: the process would exit.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  };
}

function taskList(handlers: JobHandlers): TaskList {
  const task =
    <Name extends JobName>(name: string, handle: JobHandlers[Name]) =>
    (
      written: unknown,
      { job, abortSignal }: { job: { attempts: number; max_attempts: number }; abortSignal: AbortSignal },
    ) => {
      // What `enqueue` wrote under this name.
      const payload = written as JobPayloads[Name] & Traced;
      const { attempts: attempt, max_attempts: maxAttempts } = job;
      return inSpan(`job ${name}`, { behind: payload.traceparent, attributes: { attempt } }, () =>
        handle(payload, { attempt, maxAttempts, signal: abortSignal }),
      );
    };
  return Object.fromEntries(Object.entries(handlers).map(([name, handle]) => [name, task(name, handle)]));
}

/** Each listening connection says whose it is for as long as it lives. */
function presence(): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
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

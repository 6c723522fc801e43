import { sql } from 'drizzle-orm';
import type { Tx } from '../database/database.ts';
import { traceParent } from '../telemetry/tracing.ts';
import type { JobName, JobPayloads } from './job-names.ts';

export type EnqueueOptions = {
  /** A job of the same key that has not begun yet is replaced. */
  key?: string;
  /** Not before that time, by the database's clock. */
  runAt?: Date;
  /** Tries in all; 25 unless told: about ten minutes for what somebody waits for, about three days for the rest. */
  maxAttempts?: number;
  /** Jobs of one queue run one after the other. Few, fixed names only. */
  queue?: string;
};

/** Durable work, promised together with the change that asks for it: what is rolled back never runs. */
export async function enqueue<Name extends JobName>(
  tx: Tx,
  name: Name,
  payload: JobPayloads[Name],
  { key, runAt, maxAttempts, queue }: EnqueueOptions = {},
): Promise<void> {
  const traceparent = traceParent();
  await tx.execute(sql`
    select graphile_worker.add_job(
      ${name}, ${JSON.stringify(traceparent === null ? payload : { ...payload, traceparent })}::json,
      queue_name := ${queue ?? null}::text,
      run_at := ${runAt?.toISOString() ?? null}::timestamptz,
      max_attempts := ${maxAttempts ?? null}::integer,
      job_key := ${key ?? null}::text
    )`);
}

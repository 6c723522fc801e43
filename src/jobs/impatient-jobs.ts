import { sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';
import type { JobName } from './job-names.ts';

/** Work that somebody waits for. graphile-worker would let it wait minutes after its fifth failure, then hours. */
const IMPATIENT: readonly JobName[] = ['queue-run', 'cancel-run', 'answer-gate', 'revert'];
const LONGEST_WAIT_SECONDS = 30;

/** Lets what failed be tried again after half a minute at the latest. */
export async function hurryImpatientJobs(db: Db): Promise<void> {
  const latest = sql`now() + ${LONGEST_WAIT_SECONDS}::int * interval '1 second'`;
  await db.execute(sql`
    update graphile_worker._private_jobs as job set run_at = ${latest}
    from graphile_worker._private_tasks as task
    where task.id = job.task_id
      and task.identifier = any(${sql.param(IMPATIENT)}::text[])
      and job.attempts > 0 and job.locked_at is null and job.run_at > ${latest}`);
}

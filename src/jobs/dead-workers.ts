import { inArray, sql } from 'drizzle-orm';
import { type Db, inTransaction } from '../database/database.ts';
import { jobWorkers } from './job-workers.table.ts';
import { LIVES_MS } from './presence.ts';

// graphile-worker itself frees the jobs of a worker that was killed only after four hours. Here each worker says that
// it lives, and jobs of one that was not heard of are free. Workers of the release before say nothing: they hold an
// advisory lock on their listening connection, and look for that of others, so this release holds it, too.

/** Any number, as long as every instance takes the same. */
const WORKER_LOCK = 7_303_015;

export const HOLD_PRESENCE = `select pg_advisory_lock_shared(${WORKER_LOCK}, hashtext($1))`;
export const GIVE_UP_PRESENCE = `select pg_advisory_unlock_shared(${WORKER_LOCK}, hashtext($1))`;

/** Frees what workers had begun that are not heard of any more; answers how many workers that were. */
export async function freeDeadWorkers(db: Db): Promise<number> {
  const dead = await deadWorkers(db);
  if (dead.length > 0) await freeJobsOf(db, dead);
  return dead.length;
}

async function deadWorkers(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ worker: string }>(sql`
    with locks as materialized (
      select objid from pg_locks
      where locktype = 'advisory' and granted and classid = ${WORKER_LOCK}
        and database = (select oid from pg_database where datname = current_database())
    )
    select job.locked_by as worker from graphile_worker.jobs as job
    left join ${jobWorkers} on ${jobWorkers.id} = job.locked_by
    where job.locked_by is not null
    group by job.locked_by, ${jobWorkers.id}
    having greatest(max(job.locked_at), ${jobWorkers.seenAt}) < clock_timestamp() - ${LIVES_MS}::int * interval '1 ms'
      and (${jobWorkers.id} is not null
        or (hashtext(job.locked_by)::bigint & 4294967295)::oid not in (select objid from locks))`);
  return rows.map(({ worker }) => worker);
}

/** An attempt that was cut short is not the last. */
function freeJobsOf(db: Db, workers: string[]): Promise<void> {
  const dead = sql`${sql.param(workers)}::text[]`;
  return inTransaction(db, async (tx) => {
    await tx.execute(sql`
      update graphile_worker._private_jobs set attempts = max_attempts - 1
      where locked_by = any(${dead}) and attempts >= max_attempts`);
    await tx.execute(sql`select graphile_worker.force_unlock_workers(${dead})`);
    await tx.delete(jobWorkers).where(inArray(jobWorkers.id, workers));
  });
}

import { sql } from 'drizzle-orm';
import { type Db, inTransaction } from '../database/database.ts';

// graphile-worker itself frees the jobs of a worker that was killed only after four hours. Here each worker holds an
// advisory lock on its listening connection, and jobs of a worker that does not are free.

/** Any number, as long as every instance takes the same. */
const WORKER_LOCK = 7_303_015;
/** A worker that is only reconnecting is spared for so long. */
const GRACE_SECONDS = 10;

export const HOLD_PRESENCE = `select pg_advisory_lock_shared(${WORKER_LOCK}, hashtext($1))`;
export const GIVE_UP_PRESENCE = `select pg_advisory_unlock_shared(${WORKER_LOCK}, hashtext($1))`;

/** Frees what dead workers had begun; answers how many workers that were. An attempt that was cut short is not the last. */
export async function freeJobsOfDeadWorkers(db: Db): Promise<number> {
  return inTransaction(db, async (tx) => {
    const { rows } = await tx.execute<{ worker: string }>(sql`
      with present as materialized (
        select objid from pg_locks
        where locktype = 'advisory' and granted and classid = ${WORKER_LOCK}
          and database = (select oid from pg_database where datname = current_database())
      )
      select distinct locked_by as worker from graphile_worker.jobs
      where locked_at < now() - make_interval(secs => ${GRACE_SECONDS})
        and (hashtext(locked_by)::bigint & 4294967295)::oid not in (select objid from present)`);
    if (rows.length === 0) return 0;
    const dead = sql`array[${sql.join(
      rows.map((row) => sql`${row.worker}`),
      sql`, `,
    )}]::text[]`;
    await tx.execute(sql`
      update graphile_worker._private_jobs set attempts = max_attempts - 1
      where locked_by = any(${dead}) and attempts >= max_attempts`);
    await tx.execute(sql`select graphile_worker.force_unlock_workers(${dead})`);
    return rows.length;
  });
}

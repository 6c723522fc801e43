import { sql } from 'drizzle-orm';
import { type Db, inTransaction } from '../database/database.ts';

// graphile-worker itself frees the jobs of a worker that was killed only after four hours. Here each worker holds an
// advisory lock on its listening connection, and jobs of a worker that does not are free.

/** Any number, as long as every instance takes the same. */
const WORKER_LOCK = 7_303_015;
/** A worker that is only reconnecting is spared for so long: else its job would run twice at the same time. */
const GRACE_MS = 6_000;

export const HOLD_PRESENCE = `select pg_advisory_lock_shared(${WORKER_LOCK}, hashtext($1))`;
export const GIVE_UP_PRESENCE = `select pg_advisory_unlock_shared(${WORKER_LOCK}, hashtext($1))`;

/** Looks for workers that are gone, again and again: one that was absent all through the grace is dead. */
export class DeadWorkers {
  readonly #db: Db;
  readonly #graceMs: number;
  #absentSince = new Map<string, number>();

  constructor(db: Db, { graceMs = GRACE_MS } = {}) {
    this.#db = db;
    this.#graceMs = graceMs;
  }

  /** Frees what dead workers had begun; answers how many workers that were. */
  async free(): Promise<number> {
    const now = performance.now();
    const since = this.#absentSince;
    const absent = await absentWorkers(this.#db);
    this.#absentSince = new Map(absent.map((worker) => [worker, since.get(worker) ?? now]));
    const dead = absent.filter((worker) => now - (this.#absentSince.get(worker) ?? now) >= this.#graceMs);
    if (dead.length > 0) await freeJobsOf(this.#db, dead);
    return dead.length;
  }
}

async function absentWorkers(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ worker: string }>(sql`
    with present as materialized (
      select objid from pg_locks
      where locktype = 'advisory' and granted and classid = ${WORKER_LOCK}
        and database = (select oid from pg_database where datname = current_database())
    )
    select distinct locked_by as worker from graphile_worker.jobs
    where locked_by is not null
      and (hashtext(locked_by)::bigint & 4294967295)::oid not in (select objid from present)`);
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
  });
}

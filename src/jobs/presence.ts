import { lt, sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';
import { jobWorkers } from './job-workers.table.ts';

/** A worker that was not heard of for so long is dead, frozen or cut off: its jobs are for others. */
export const LIVES_MS = 8_000;

const KEPT_FOR = sql`interval '1 hour'`;

/**
 * Says in the database that this process's worker lives, and knows for how long the others surely believe it. The
 * clock of this process is only compared with itself; it goes on while the process is frozen.
 */
export class Presence {
  readonly #db: Db;
  #worker: string | null = null;
  #surelyUntil = 0;

  constructor(db: Db) {
    this.#db = db;
  }

  /** From now on this is the worker that lives; an earlier one is not spoken for any more. */
  begin(worker: string): void {
    this.#worker = worker;
    this.#surelyUntil = 0;
  }

  async say(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const askedAt = performance.now();
    const seenAt = sql`clock_timestamp()`;
    await this.#db
      .insert(jobWorkers)
      .values({ id: worker, seenAt })
      .onConflictDoUpdate({ target: jobWorkers.id, set: { seenAt } });
    if (worker === this.#worker) this.#surelyUntil = askedAt + LIVES_MS;
  }

  /** Before its first job: others have to have heard of it. */
  async beKnown(): Promise<void> {
    if (this.#surelyUntil > 0) return;
    await this.say();
    await this.#db.delete(jobWorkers).where(lt(jobWorkers.seenAt, sql`clock_timestamp() - ${KEPT_FOR}`));
  }

  /** False once another process may have taken over what the worker had begun. */
  isSure(worker: string | null): boolean {
    return worker === this.#worker && performance.now() < this.#surelyUntil;
  }
}

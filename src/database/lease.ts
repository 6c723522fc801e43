/**
 * Work that one process does at a time. A lease is a row with a short life that its holder renews; whoever finds it
 * expired takes it, with the next term. What the holder writes is fenced by its term: a process that slept through the
 * loss of its lease writes nothing.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { and, eq, sql } from 'drizzle-orm';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { pause } from '../lib/pause.ts';
import { type Db, type Tx } from './database.ts';
import { leases } from './leases.table.ts';

/** A holder that was killed is replaced after 8 s + 2 s at most. */
const LIVES_MS = 8_000;
const RENEW_EVERY_MS = 2_000;
const TRY_EVERY_MS = 2_000;

/** What the holder works with. `signal` aborts when the lease is lost or given up; writes through `db` are fenced. */
export type Held = { db: Db; signal: AbortSignal };

export type LeaseOptions = {
  db: Db;
  name: string;
  logger: Logger;
  /** Ends everything; the lease is given up at once. */
  signal: AbortSignal;
  /** Called each time another process turned out to hold it. */
  onHeldElsewhere?: () => Promise<void>;
};

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

type Lease = { name: string; holder: string; term: number };

/** Runs `work` whenever this process holds the lease, until the signal aborts. `work` returns when its signal aborts. */
export async function whileHolding(
  options: LeaseOptions,
  work: (held: Held) => Promise<void>,
): Promise<void> {
  const { db, name, logger, signal, onHeldElsewhere } = options;
  const holder = `${hostname()}/${process.pid}/${randomUUID()}`;
  while (!signal.aborted) {
    try {
      const lease = await take(db, { name, holder });
      if (lease) await hold(options, { lease, work });
      else await onHeldElsewhere?.();
    } catch (error) {
      logger.warn('A lease could not be asked for; trying again.', { what: name, reason: messageOf(error) });
    }
    await pause(TRY_EVERY_MS, signal);
  }
}

async function hold(
  { db, logger, signal }: LeaseOptions,
  { lease, work }: { lease: Lease; work: (held: Held) => Promise<void> },
): Promise<void> {
  const lost = new AbortController();
  const over = AbortSignal.any([signal, lost.signal]);
  logger.info('A lease was taken.', { what: lease.name });
  const working = work({ db: fencedBy(db, lease), signal: over }).finally(() => lost.abort());
  // Its failure is told where it is awaited.
  working.catch(() => undefined);
  await keepRenewing(db, lease, over);
  lost.abort();
  await working;
  if (signal.aborted) await giveUp(db, lease);
  else logger.warn('A lease was lost.', { what: lease.name });
}

/** Returns when the lease is lost, may have been lost, or is no longer wanted. The clock is monotonic. */
async function keepRenewing(db: Db, lease: Lease, over: AbortSignal): Promise<void> {
  let surelyHeldAt = performance.now();
  while (!over.aborted) {
    await pause(RENEW_EVERY_MS, over);
    const askedAt = performance.now();
    const renewed = over.aborted || (await renew(db, lease).catch(() => null));
    if (renewed === false) return;
    if (renewed) surelyHeldAt = askedAt;
    else if (performance.now() - surelyHeldAt > LIVES_MS) return;
  }
}

const lifetime = sql`clock_timestamp() + ${LIVES_MS / 1_000}::int * interval '1 second'`;
const ownRow = ({ name, holder, term }: Lease) =>
  and(eq(leases.name, name), eq(leases.holder, holder), eq(leases.term, term));

async function take(db: Db, { name, holder }: Omit<Lease, 'term'>): Promise<Lease | null> {
  const expired = sql`${leases.expiresAt} < clock_timestamp()`;
  const [present] = await db
    .select({ isExpired: sql`${expired}`.mapWith(Boolean) })
    .from(leases)
    .where(eq(leases.name, name));
  if (present && !present.isExpired) return null;
  const [taken] = await db
    .insert(leases)
    .values({ name, holder, expiresAt: lifetime })
    .onConflictDoUpdate({
      target: leases.name,
      set: { holder, term: sql`${leases.term} + 1`, expiresAt: lifetime },
      setWhere: expired,
    })
    .returning({ term: leases.term });
  return taken ? { name, holder, term: taken.term } : null;
}

async function renew(db: Db, lease: Lease): Promise<boolean> {
  const renewed = await db
    .update(leases)
    .set({ expiresAt: lifetime })
    .where(ownRow(lease))
    .returning({ term: leases.term });
  return renewed.length > 0;
}

async function giveUp(db: Db, lease: Lease): Promise<void> {
  await db
    .update(leases)
    .set({ expiresAt: sql`clock_timestamp() - interval '1 second'` })
    .where(ownRow(lease))
    .catch(() => undefined);
}

/** Every transaction begins by locking the lease's row, so it commits before anybody takes the lease, or not at all. */
function fencedBy(db: Db, lease: Lease): Db {
  const check = async (tx: Tx) => {
    const [held] = await tx.select({ term: leases.term }).from(leases).where(ownRow(lease)).for('share');
    if (!held) throw new LeaseLost(`The lease ${lease.name} is held by another process by now.`);
  };
  const transaction: Db['transaction'] = (work, settings) =>
    db.transaction(async (tx) => {
      await check(tx);
      return work(tx);
    }, settings);
  const unfenced = () => {
    throw new Error(
      'What is done under a lease is written in transactions: a single statement is not fenced.',
    );
  };
  return Object.assign(Object.create(db) as Db, {
    ...{ transaction, insert: unfenced, update: unfenced, delete: unfenced },
  });
}

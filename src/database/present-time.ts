import { databaseNow, type Db } from './database.ts';

/** How long one reading of the database's clock is carried on by this machine's monotonic one. */
const CARRIED_ON_MS = 1_000;
/** A reading that took longer is not carried on: nobody knows when in between the clock was read. */
const QUICK_MS = 50;

type Reading = { now: Promise<number>; askedAt: number; readAt: number };
const readings = new WeakMap<Db, Reading>();

/** The database's clock, for what is shown; deadlines that decide something are compared in their transaction. */
export async function presentTime(db: Db): Promise<Date> {
  const known = readings.get(db);
  const reading = known && isGood(known) ? known : read(db);
  const nowMs = await reading.now;
  return new Date(Math.floor(nowMs + performance.now() - reading.readAt));
}

/** One that is still on its way is shared. */
const isGood = ({ askedAt, readAt }: Reading) =>
  Number.isNaN(readAt) || (readAt - askedAt < QUICK_MS && performance.now() - readAt < CARRIED_ON_MS);

function read(db: Db): Reading {
  const reading: Reading = {
    askedAt: performance.now(),
    readAt: NaN,
    now: databaseNow(db).then(
      (now) => {
        reading.readAt = performance.now();
        return now.getTime();
      },
      (error: unknown) => {
        readings.delete(db);
        throw error;
      },
    ),
  };
  readings.set(db, reading);
  return reading;
}

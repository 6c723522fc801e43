import { databaseNow, type Db } from './database.ts';

/** How long one reading of the database's clock is carried on by this machine's monotonic one. */
const CARRIED_ON_MS = 1_000;

/** `readAt` is when the answer came: what it says is late by as long as the answer was on its way. */
type Reading = { now: Promise<number>; readAt: number };
const readings = new WeakMap<Db, Reading>();

/** The database's clock, for what is shown; deadlines that decide something are compared in their transaction. */
export async function presentTime(db: Db): Promise<Date> {
  const known = readings.get(db);
  const reading = known && isGood(known) ? known : read(db);
  const nowMs = await reading.now;
  return new Date(Math.floor(nowMs + performance.now() - reading.readAt));
}

/** One that is still on its way is shared. */
const isGood = ({ readAt }: Reading) => Number.isNaN(readAt) || performance.now() - readAt < CARRIED_ON_MS;

function read(db: Db): Reading {
  const reading: Reading = {
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

/** The event log and the idempotency keys forget what is old: one durable job, whatever the number of instances, that asks for itself again. */
import { forgetFirstResults } from './access/once.ts';
import { databaseNow, type Db, inTransaction } from './database/database.ts';
import { deleteOldEvents } from './events/delete-old-events.ts';
import { enqueue } from './jobs/jobs.ts';
import type { Logger } from './lib/logger.ts';

const EVERY_MS = 60 * 60 * 1_000;

export type Retention = { db: Db; logger: Logger; keepMs: number };

/** The same job for every instance: its key replaces what an earlier start asked for. */
export function scheduleRetention(db: Db, runAt?: Date): Promise<void> {
  return inTransaction(db, (tx) =>
    enqueue(tx, 'delete-old-events', {}, { key: 'delete-old-events', ...(runAt && { runAt }) }),
  );
}

export async function runRetention({ db, logger, keepMs }: Retention): Promise<void> {
  const now = await databaseNow(db);
  // Asked for first: a failure of this time does not end the chain.
  await scheduleRetention(db, new Date(now.getTime() + EVERY_MS));
  const deleted = await deleteOldEvents(db, new Date(now.getTime() - keepMs));
  if (deleted > 0) logger.info('Old events were deleted.', { deleted });
  await forgetFirstResults(db);
}

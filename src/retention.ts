/**
 * What is old is forgotten: events, deliveries to web hooks, idempotency keys, and change sets that were left half
 * written. One durable job, whatever the number of instances, that asks for itself again.
 */
import { forgetFirstResults } from './access/once.ts';
import { dropOldDrafts } from './change-sets/change-set-drafts.ts';
import { forgetEndedTokens } from './change-sets/person-tokens.ts';
import { databaseNow, type Db, inTransaction } from './database/database.ts';
import { deleteOldEvents } from './events/delete-old-events.ts';
import { enqueue } from './jobs/jobs.ts';
import type { Logger } from './lib/logger.ts';
import { deleteOldDeliveries } from './web-hooks/web-hooks.ts';

const EVERY_MS = 60 * 60 * 1_000;
/** The largest change sets are written in minutes. */
const DRAFT_LIVES_MS = 24 * EVERY_MS;

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
  const before = new Date(now.getTime() - keepMs);
  const deleted = await deleteOldEvents(db, before);
  if (deleted > 0) logger.info('Old events were deleted.', { deleted });
  const forgotten = await deleteOldDeliveries(db, before);
  if (forgotten > 0) logger.info('Old deliveries to web hooks were deleted.', { deleted: forgotten });
  await forgetFirstResults(db);
  const drafts = await dropOldDrafts(db, new Date(now.getTime() - DRAFT_LIVES_MS));
  if (drafts > 0) logger.info('Change sets that were left half written were removed.', { deleted: drafts });
  await forgetEndedTokens(db);
}

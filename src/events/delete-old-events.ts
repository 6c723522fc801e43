import { sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';
import { eventLog, events } from './events.table.ts';

/**
 * Deletes the beginning of the log, up to the first event that is not older than `before`; answers how many were
 * deleted. The log stays without gaps, and where it begins is the lowest position that is left.
 */
export async function deleteOldEvents(db: Db, before: Date): Promise<number> {
  const firstKept = sql`coalesce(
    (select min(young.position) from ${events} young where young.occurred_at >= ${before.toISOString()}::timestamptz),
    (select ${eventLog.lastPosition} + 1 from ${eventLog})
  )`;
  const { rowCount } = await db.delete(events).where(sql`${events.position} < ${firstKept}`);
  return rowCount ?? 0;
}

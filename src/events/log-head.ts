import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Queryable } from '../database/database.ts';
import { eventLog, events } from './events.table.ts';

/** Where the log begins and ends. `firstPosition` is one behind the last when nothing is kept. */
export type LogHead = { epoch: string; firstPosition: bigint; lastPosition: bigint };

/**
 * Cluster, database, and the cluster's timeline. A dump that is loaded elsewhere changes the first two, a physical
 * backup brought back to an earlier moment changes the third: in both, positions may be given to other events again.
 */
const HOME = sql`event_log_home()`;

/** Begins a new epoch when the log has none yet, or when it was made in another place: then older cursors expire. */
export async function ensureEpoch(q: Queryable): Promise<void> {
  const epoch = randomBytes(9).toString('base64url');
  await q
    .insert(eventLog)
    .values({ epoch, home: HOME, lastPosition: 0n })
    .onConflictDoUpdate({
      target: eventLog.id,
      set: { epoch, home: sql`excluded.home` },
      setWhere: sql`${eventLog.home} <> excluded.home`,
    });
}

/** `isHome` says that the epoch was made here. */
type LogState = LogHead & { isHome: boolean };

async function readLogState(q: Queryable): Promise<LogState | undefined> {
  const [state] = await q
    .select({
      epoch: eventLog.epoch,
      lastPosition: eventLog.lastPosition,
      firstPosition:
        sql`coalesce((select min(${events.position}) from ${events}), ${eventLog.lastPosition} + 1)`.mapWith(
          (value) => BigInt(String(value)),
        ),
      isHome: sql`${eventLog.home} = ${HOME}`.mapWith(Boolean),
    })
    .from(eventLog);
  return state;
}

export async function readLogHead(q: Queryable): Promise<LogHead> {
  const state = await readLogState(q);
  if (!state)
    throw new Error('The event log has not begun: ensureEpoch() must have run once on this database.');
  return state;
}

/** The log's end, in an epoch that was made here: now, if need be. */
export async function beginLog(q: Queryable): Promise<LogHead> {
  const state = await readLogState(q);
  if (state?.isHome) return state;
  await ensureEpoch(q);
  return readLogHead(q);
}

/** From the log to deliveries: behind each hook's own place, a batch at a time, in no transaction of anybody else's. */
import { and, asc, count, eq, sql } from 'drizzle-orm';
import { databaseNow, type Db, inTransaction, type Tx } from '../database/database.ts';
import { CursorExpired } from '../events/cursor.ts';
import type { LoggedEvent } from '../events/event.ts';
import { events } from '../events/events.table.ts';
import { readLogHead } from '../events/log-head.ts';
import { type EventBatch, readEvents } from '../events/read-events.ts';
import { newId, type WebHookId } from '../lib/ids.ts';
import { eventMessage } from './event-message.ts';
import { addLanes, refreshLanes } from './lanes.ts';
import { switchOff } from './switch-off.ts';
import { filterOf, type WebHook } from './web-hook.ts';
import { webHookDeliveries, webHooks } from './web-hooks.table.ts';

const EVENTS_AT_A_TIME = 500;
/** The rest stays in the log, where it costs nothing. */
const MOST_WAITING = 10_000;

/** `BLOCKED`: another process is at it, or enough waits. `EXPIRED`: the hook was switched off. */
export type Queued = 'MORE' | 'ALL' | 'BLOCKED' | 'EXPIRED';

export function queueDeliveries(db: Db, id: WebHookId): Promise<Queued> {
  return inTransaction(db, async (tx) => {
    const [hook] = await tx
      .select()
      .from(webHooks)
      .where(and(eq(webHooks.id, id), eq(webHooks.isOn, true)))
      .for('update', { skipLocked: true });
    const limit = hook ? Math.min(EVENTS_AT_A_TIME, MOST_WAITING - (await countWaiting(tx, hook))) : 0;
    if (!hook || limit <= 0) return 'BLOCKED';
    const now = await databaseNow(tx);
    const batch = await readBehind(tx, hook, limit);
    if (!batch) {
      await switchOff(tx, hook, { reason: 'CURSOR_EXPIRED', now, tenantId: await tenantOfOldest(tx) });
      return 'EXPIRED';
    }
    await insertDeliveries(tx, hook, { events: batch.events, now });
    await tx.update(webHooks).set({ position: batch.position }).where(eq(webHooks.id, id));
    return batch.events.length === limit ? 'MORE' : 'ALL';
  });
}

/** null: events behind its place are no longer kept, or the log is another one. */
async function readBehind(tx: Tx, hook: WebHook, limit: number): Promise<EventBatch | null> {
  const { epoch, position: after } = hook;
  if ((await readLogHead(tx)).epoch !== epoch) return null;
  try {
    return await readEvents(tx, { after, limit, filter: filterOf(hook) });
  } catch (error) {
    if (error instanceof CursorExpired) return null;
    throw error;
  }
}

/** What was delivered or given up before is behind the place because somebody set it back: it is sent again. */
async function insertDeliveries(
  tx: Tx,
  { id: webHookId, epoch }: WebHook,
  { events: found, now }: { events: readonly LoggedEvent[]; now: Date },
): Promise<void> {
  if (found.length === 0) return;
  const rows = found.map((event) => ({
    id: newId('dlv'),
    webHookId,
    eventId: event.id,
    tenantId: event.tenantId,
    runId: event.runId,
    kind: event.body.kind,
    position: Number(event.position),
    body: eventMessage(event, epoch).body,
    queuedAt: now,
    nextTryAt: now,
  }));
  await tx
    .insert(webHookDeliveries)
    .values(rows)
    .onConflictDoUpdate({
      target: [webHookDeliveries.webHookId, webHookDeliveries.eventId],
      set: { status: 'WAITING', attempts: 0, firstTriedAt: null, nextTryAt: now, finishedAt: null },
      setWhere: sql`${webHookDeliveries.status} <> 'WAITING'`,
    });
  const tenantIds = [...new Set(found.map(({ tenantId }) => tenantId))];
  await addLanes(tx, webHookId, tenantIds);
  await refreshLanes(tx, webHookId, tenantIds);
}

async function countWaiting(tx: Tx, { id }: WebHook): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(webHookDeliveries)
    .where(and(eq(webHookDeliveries.webHookId, id), sql`${webHookDeliveries.status} = 'WAITING'`));
  return row?.count ?? 0;
}

async function tenantOfOldest(tx: Tx) {
  const [oldest] = await tx
    .select({ tenantId: events.tenantId })
    .from(events)
    .orderBy(asc(events.position))
    .limit(1);
  return oldest?.tenantId ?? null;
}

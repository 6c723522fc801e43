/** When lanes are due. Whoever calls these holds the lock on the hook's row. */
import { eq, sql } from 'drizzle-orm';
import type { Tx } from '../database/database.ts';
import type { TenantId, WebHookId } from '../lib/ids.ts';
import type { WebHook } from './web-hook.ts';
import { webHookDeliveries, webHookLanes, webHooks } from './web-hooks.table.ts';

export async function lockHook(tx: Tx, id: WebHookId): Promise<WebHook | null> {
  const [hook] = await tx.select().from(webHooks).where(eq(webHooks.id, id)).for('update');
  return hook ?? null;
}

/** A lane is due when its first waiting delivery is. Without tenants: all lanes of the hook. */
export async function refreshLanes(
  tx: Tx,
  webHookId: WebHookId,
  tenantIds?: readonly TenantId[],
): Promise<void> {
  const [lanes, deliveries] = [webHookLanes, webHookDeliveries];
  const first = sql`(
    select ${deliveries.nextTryAt} from ${deliveries}
    where ${deliveries.webHookId} = ${webHookId} and ${deliveries.tenantId} = ${lanes.tenantId}
      and ${deliveries.status} = 'WAITING'
    order by ${deliveries.position} limit 1
  )`;
  const these = tenantIds
    ? sql`and ${lanes.tenantId} = any(${sql.param([...tenantIds])}::text[])`
    : sql.empty();
  await tx
    .update(lanes)
    .set({ dueAt: first })
    .where(sql`${lanes.webHookId} = ${webHookId} ${these}`);
}

export async function addLanes(tx: Tx, webHookId: WebHookId, tenantIds: readonly TenantId[]): Promise<void> {
  const rows = tenantIds.map((tenantId) => ({ webHookId, tenantId }));
  if (rows.length > 0) await tx.insert(webHookLanes).values(rows).onConflictDoNothing();
}

/** `anew`: as if nothing of it had been tried before, with the whole time to go. */
export async function tryNow(
  tx: Tx,
  webHookId: WebHookId,
  { now, anew = false }: { now: Date; anew?: boolean },
): Promise<void> {
  await tx
    .update(webHookDeliveries)
    .set({ nextTryAt: now, ...(anew && { attempts: 0, firstTriedAt: null }) })
    .where(sql`${webHookDeliveries.webHookId} = ${webHookId} and ${webHookDeliveries.status} = 'WAITING'`);
  await refreshLanes(tx, webHookId);
}

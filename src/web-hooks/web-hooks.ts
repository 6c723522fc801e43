/** Reads, for whoever may manage web hooks. All throw Forbidden. */
import { and, asc, count, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { mustBeAllowedEverywhere, type Viewer } from '../access/viewer.ts';
import type { Db, Queryable } from '../database/database.ts';
import { inOrder, onPage, type Order, type Page, type PageRequest, toPage } from '../database/page.ts';
import type { TenantId, WebHookId } from '../lib/ids.ts';
import type { Delivery, DeliveryStatus, WebHook } from './web-hook.ts';
import { webHookDeliveries, webHooks } from './web-hooks.table.ts';

/** Oldest first. */
export function listWebHooks(q: Queryable, viewer: Viewer): Promise<WebHook[]> {
  mustBeAllowedEverywhere(viewer, 'manageWebHooks');
  return q.select().from(webHooks).orderBy(asc(webHooks.createdAt), asc(webHooks.id));
}

export async function findWebHook(q: Queryable, viewer: Viewer, id: WebHookId): Promise<WebHook | null> {
  mustBeAllowedEverywhere(viewer, 'manageWebHooks');
  const [hook] = await q.select().from(webHooks).where(eq(webHooks.id, id));
  return hook ?? null;
}

export async function countWaiting(
  q: Queryable,
  webHookIds: readonly WebHookId[],
): Promise<Map<WebHookId, number>> {
  const rows = await q
    .select({ id: webHookDeliveries.webHookId, count: count() })
    .from(webHookDeliveries)
    .where(
      and(
        inArray(webHookDeliveries.webHookId, [...webHookIds]),
        sql`${webHookDeliveries.status} = 'WAITING'`,
      ),
    )
    .groupBy(webHookDeliveries.webHookId);
  return new Map(webHookIds.map((id) => [id, rows.find((row) => row.id === id)?.count ?? 0]));
}

/** Each part that is given must hold. */
export type DeliveryFilter = {
  statuses?: readonly DeliveryStatus[] | null | undefined;
  tenantId?: TenantId | null | undefined;
};

/** Newest event first. */
export const DELIVERY_ORDER: Order<Delivery> = {
  name: 'webHookDeliveries',
  direction: 'DESC',
  columns: [
    { by: webHookDeliveries.position, type: 'bigint', of: ({ position }) => position },
    { by: webHookDeliveries.id, type: 'text', of: ({ id }) => id },
  ],
};

/** Of a hook that the viewer was given. */
export async function listDeliveries(
  q: Queryable,
  { id }: WebHook,
  { filter, page }: { filter: DeliveryFilter; page: PageRequest },
): Promise<Page<Delivery>> {
  const rows = await q
    .select()
    .from(webHookDeliveries)
    .where(and(matching(id, filter), onPage(DELIVERY_ORDER, page)))
    .orderBy(...inOrder(DELIVERY_ORDER, page))
    .limit(page.limit + 1);
  return toPage(rows, page);
}

export async function countDeliveries(
  q: Queryable,
  { id }: WebHook,
  filter: DeliveryFilter,
): Promise<number> {
  const [row] = await q.select({ count: count() }).from(webHookDeliveries).where(matching(id, filter));
  return row?.count ?? 0;
}

function matching(id: WebHookId, { statuses, tenantId }: DeliveryFilter): SQL | undefined {
  return and(
    eq(webHookDeliveries.webHookId, id),
    statuses ? inArray(webHookDeliveries.status, [...statuses]) : undefined,
    tenantId == null ? undefined : eq(webHookDeliveries.tenantId, tenantId),
  );
}

/** The delivery log forgets what was finished before that; what waits is kept. */
export async function deleteOldDeliveries(db: Db, before: Date): Promise<number> {
  const { rowCount } = await db
    .delete(webHookDeliveries)
    .where(sql`${webHookDeliveries.finishedAt} < ${before.toISOString()}::timestamptz`);
  return rowCount ?? 0;
}

import { sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';

export type WaitingDeliveries = {
  count: number;
  /** For how long the oldest has waited; null when none waits. */
  oldestSeconds: number | null;
};

/** What web hooks that are on have not been sent. Those of hooks that are off wait until somebody decides. */
export async function waitingDeliveries(db: Db): Promise<WaitingDeliveries> {
  const { rows } = await db.execute<{ count: string; oldest: number | null }>(sql`
    select count(*) as count, extract(epoch from now() - min(queued_at))::float8 as oldest
    from web_hook_deliveries delivery join web_hooks hook on hook.id = delivery.web_hook_id
    where hook.is_on and delivery.status = 'WAITING'`);
  return { count: Number(rows[0]?.count), oldestSeconds: rows[0]?.oldest ?? null };
}

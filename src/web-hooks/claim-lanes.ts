import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';
import type { TenantId, WebHookId } from '../lib/ids.ts';

/** The right to send what comes next for one tenant to one hook, until it ends. */
export type Lease = { webHookId: WebHookId; tenantId: TenantId; lease: string };

export type ClaimOptions = {
  /** How many this process is sending, by hook. */
  underWay: ReadonlyMap<WebHookId, number>;
  /** At a time to one hook; to one that fails only one, so that a dead one costs little. */
  mostPerHook: number;
  leaseMs: number;
};

/** Leases lanes that are due: each hook has places of its own, so none waits for another. */
export async function claimLanes(db: Db, { underWay, mostPerHook, leaseMs }: ClaimOptions): Promise<Lease[]> {
  const busy = JSON.stringify(Object.fromEntries(underWay));
  const { rows } = await db.execute<{ web_hook_id: WebHookId; tenant_id: TenantId; lease: string }>(sql`
    with ready as (
      select id, case when failures > 0 then 1 else ${mostPerHook}::int end
        - coalesce((${busy}::jsonb ->> id)::int, 0) as places
      from web_hooks
      where is_on and (rest_until is null or rest_until <= clock_timestamp())
    ),
    due as (
      select web_hook_id, tenant_id, places,
        row_number() over (partition by web_hook_id order by due_at) as turn
      from web_hook_lanes join ready on id = web_hook_id
      where due_at <= clock_timestamp() and (leased_until is null or leased_until <= clock_timestamp())
    ),
    taken as (
      select lane.web_hook_id, lane.tenant_id
      from web_hook_lanes lane join due using (web_hook_id, tenant_id)
      where turn <= places and due_at <= clock_timestamp()
        and (leased_until is null or leased_until <= clock_timestamp())
      for update of lane skip locked
    )
    update web_hook_lanes lane
    set lease = ${randomUUID()}, leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond'
    from taken
    where lane.web_hook_id = taken.web_hook_id and lane.tenant_id = taken.tenant_id
    returning lane.web_hook_id, lane.tenant_id, lane.lease`);
  return rows.map(({ web_hook_id, tenant_id, lease }) => ({
    webHookId: web_hook_id,
    tenantId: tenant_id,
    lease,
  }));
}

/** Hooks for which the log has more than was read, and whether a lane can be claimed: most events concern no hook. */
export async function lookForWork(db: Db): Promise<{ behind: WebHookId[]; isLaneDue: boolean }> {
  const { rows } = await db.execute<{ behind: WebHookId[]; is_lane_due: boolean }>(sql`
    select
      array(
        select hook.id from web_hooks hook, event_log log
        where hook.is_on and (hook.epoch <> log.epoch or hook.position < log.last_position)
        order by hook.id
      ) as behind,
      exists (
        select from web_hook_lanes
        where due_at <= clock_timestamp() and (leased_until is null or leased_until <= clock_timestamp())
      ) as is_lane_due`);
  return { behind: rows[0]?.behind ?? [], isLaneDue: rows[0]?.is_lane_due ?? false };
}

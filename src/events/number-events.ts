import { sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';
import type { RunId, TenantId, EventId } from '../lib/ids.ts';
import type { Actor } from './actor.ts';
import { EVENTS_NUMBERED } from './append-events.ts';
import type { EventBody, LoggedEvent, TenantFacts } from './event.ts';

/**
 * Sent together, without a BEGIN: one round trip and one transaction, in which each statement still has a snapshot of
 * its own. The second one's is younger than the lock.
 */
const STATEMENTS = `
select id from event_log for update;
with moved as (delete from event_outbox returning *),
placed as (
  select last_position + row_number() over (order by sequence) as position,
    moved.id, tenant_id, run_id, actor, tenant, body, occurred_at
  from moved, event_log
),
numbered as (
  insert into events (position, id, tenant_id, run_id, actor, tenant, body, occurred_at)
  select position, id, tenant_id, run_id, actor, tenant, body, occurred_at from placed
  returning *
),
advanced as (update event_log set last_position = last_position + (select count(*) from numbered)),
told as (select pg_notify('${EVENTS_NUMBERED}', '') where exists (select from numbered))
select numbered.* from numbered left join told on true order by position`;

type Row = {
  position: string;
  id: EventId;
  tenant_id: TenantId;
  run_id: RunId | null;
  actor: Actor;
  tenant: TenantFacts;
  body: EventBody;
  occurred_at: string;
};

/**
 * Gives committed events their positions, and answers them in the log's order. One transaction at a time does so,
 * anywhere: the others wait for the lock on the log's one row and then find what is left. Only committed rows are seen,
 * so nothing uncommitted is ever passed, and no open transaction, however old, holds the others' events back.
 */
export async function numberEvents(db: Db): Promise<LoggedEvent[]> {
  const results = (await db.execute(sql.raw(STATEMENTS))) as unknown as { rows: unknown[] }[];
  return (results.at(-1)?.rows as Row[]).map(toEvent);
}

const toEvent = ({ position, tenant_id, run_id, occurred_at, ...row }: Row): LoggedEvent => ({
  position: BigInt(position),
  id: row.id,
  tenantId: tenant_id,
  runId: run_id,
  actor: row.actor,
  tenant: row.tenant,
  body: row.body,
  occurredAt: new Date(occurred_at),
});

import { sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';
import type { RunId, TenantId, EventId } from '../lib/ids.ts';
import type { Actor } from './actor.ts';
import type { EventBody, LoggedEvent, TenantFacts } from './event.ts';
import { HOME } from './log-head.ts';

/** In one transaction: whoever is told them and does not read must not hold the lock while the others wait. */
export const MOST_AT_ONCE = 500;

/**
 * Sent together, without a BEGIN: one round trip and one transaction, in which each statement still has a snapshot of
 * its own. The second one's is younger than the lock. In an epoch that was made elsewhere nothing is numbered.
 */
const STATEMENTS = sql`
select epoch, last_position, home = ${HOME} as is_home from event_log for update;
with next as (
  select sequence from event_outbox
  where (select home = ${HOME} from event_log)
  order by sequence limit ${sql.raw(String(MOST_AT_ONCE))}
),
moved as (delete from event_outbox where sequence in (select sequence from next) returning *),
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
advanced as (
  update event_log set last_position = last_position + (select count(*) from numbered)
  where exists (select from numbered)
)
select * from numbered order by position`;

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

type Numbered = {
  /** Where the log ended before, and whether the epoch was made here; undefined when the log never began. */
  before: { epoch: string; lastPosition: bigint; isHome: boolean } | undefined;
  /** What follows, in the log's order. */
  events: LoggedEvent[];
};

/**
 * Gives committed events their positions. One transaction at a time does so, anywhere: the others wait for the lock on
 * the log's one row and then find what is left. Only committed rows are seen, so nothing uncommitted is ever passed,
 * and no open transaction, however old, holds the others' events back.
 */
export async function numberEvents(db: Db): Promise<Numbered> {
  // Drizzle types one statement; the driver answers one result for each.
  const [log, numbered] = (await db.execute(STATEMENTS)) as unknown as [
    { rows: { epoch: string; last_position: string; is_home: boolean }[] },
    { rows: Row[] },
  ];
  const [row] = log.rows;
  return {
    before: row && { epoch: row.epoch, lastPosition: BigInt(row.last_position), isHome: row.is_home },
    events: numbered.rows.map(toEvent),
  };
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

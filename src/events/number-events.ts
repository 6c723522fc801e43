import { sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';
import type { RunId, TenantId, EventId } from '../lib/ids.ts';
import type { Actor } from './actor.ts';
import type { EventBody, LoggedEvent, TenantFacts } from './event.ts';

/** In one transaction: whoever is told them and does not read must not hold the lock while the others wait. */
export const MOST_AT_ONCE = 500;

/** What number_events() answers, as migrations/*numbers_events has it: the log's state, beside each event if there is any. */
type Row = { epoch: string; last_position: string; is_home: boolean } & (EventRow | { position: null });
type EventRow = {
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
  const { rows } = await db.execute<Row>(sql`select * from number_events(${MOST_AT_ONCE})`);
  const [row] = rows;
  return {
    before: row && { epoch: row.epoch, lastPosition: BigInt(row.last_position), isHome: row.is_home },
    events: rows.filter(hasEvent).map(toEvent),
  };
}

const hasEvent = (row: Row): row is Row & EventRow => row.position !== null;

const toEvent = ({
  position,
  id,
  tenant_id,
  run_id,
  actor,
  tenant,
  body,
  occurred_at,
}: EventRow): LoggedEvent => ({
  position: BigInt(position),
  id,
  tenantId: tenant_id,
  runId: run_id,
  actor,
  tenant,
  body,
  occurredAt: new Date(occurred_at),
});

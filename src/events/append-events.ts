import { sql } from 'drizzle-orm';
import type { Tx } from '../database/database.ts';
import { newId } from '../lib/ids.ts';
import { noteInSpan } from '../telemetry/tracing.ts';
import type { NewEvent } from './event.ts';

/**
 * Told when a transaction with events commits; they have no positions yet. Every process that hears it looks, and waits
 * for whoever numbers them: nobody need be told when that is done.
 */
export const EVENTS_APPENDED = 'events_appended';

/**
 * Puts events into the log together with the change that they tell about: both commit, or neither.
 * Whoever writes about a tenant holds the lock on its row from before this call: that keeps a tenant's events in order.
 */
export async function appendEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({ id: newId('evt'), ...event }));
  // One statement: the transaction holds its locks for a round trip less. Postgres runs both parts in any case.
  await tx.execute(sql`
    with appended as (
      insert into event_outbox (id, tenant_id, run_id, actor, tenant, body)
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as event(id text, "tenantId" text, "runId" text, actor jsonb, tenant jsonb, body jsonb)
    )
    select pg_notify(${EVENTS_APPENDED}, '')`);
  for (const { id, body } of rows) noteInSpan('event appended', { id, kind: body.kind });
}

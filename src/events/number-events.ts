import { sql } from 'drizzle-orm';
import { type Db, inTransaction } from '../database/database.ts';
import { EVENTS_NUMBERED } from './append-events.ts';
import { eventLog, eventOutbox, events } from './events.table.ts';

/**
 * Gives committed events their positions. One transaction at a time does so, anywhere: the others wait for the lock on
 * the log's one row and then find what is left. Only committed rows are seen, so nothing uncommitted is ever passed,
 * and no open transaction, however old, holds the others' events back.
 */
export async function numberEvents(db: Db): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.select({ id: eventLog.id }).from(eventLog).for('update');
    // A statement of its own: its snapshot is younger than the lock.
    const { rows } = await tx.execute<{ count: number }>(sql`
      with moved as (delete from ${eventOutbox} returning *),
      numbered as (
        insert into ${events} (position, id, tenant_id, run_id, actor, tenant, body, occurred_at)
        select last_position + row_number() over (order by sequence),
          moved.id, tenant_id, run_id, actor, tenant, body, occurred_at
        from moved, ${eventLog}
        returning 1
      )
      update ${eventLog} set last_position = last_position + (select count(*) from numbered)
      returning (select count(*)::int from numbered) as count`);
    if (rows[0]?.count) await tx.execute(sql`select pg_notify(${EVENTS_NUMBERED}, '')`);
  });
}

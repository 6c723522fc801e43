/** What tells every process that keys or grants have changed. */
import { eq, sql } from 'drizzle-orm';
import type { Queryable, Tx } from '../database/database.ts';
import { rights } from './access.table.ts';

export const RIGHTS_CHANGED = 'rights_changed';

/** Part of every change of keys and grants: open streams are checked when it commits. */
export async function tellRightsChanged(tx: Tx): Promise<void> {
  await tx
    .update(rights)
    .set({ version: sql`${rights.version} + 1` })
    .where(eq(rights.id, 1));
  await tx.execute(sql`select pg_notify(${RIGHTS_CHANGED}, '')`);
}

/** With the database's clock: what expires does so by it. */
export async function readRights(q: Queryable): Promise<{ version: number; now: Date }> {
  const [row] = await q
    .select({
      version: rights.version,
      nowMs: sql`(extract(epoch from clock_timestamp()) * 1000)::float8`.mapWith(Number),
    })
    .from(rights);
  if (!row) throw new Error('The rights have no version: the migrations have not run on this database.');
  return { version: row.version, now: new Date(row.nowMs) };
}

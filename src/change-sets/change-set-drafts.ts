/** Change sets whose changes are being written; what a process left behind that ended meanwhile is removed. */
import { lt, sql } from 'drizzle-orm';
import { type Db, inTransaction } from '../database/database.ts';
import type { ChangeSetId } from '../lib/ids.ts';
import { changes, changeSetDrafts } from './change-sets.table.ts';

export async function dropDrafts(db: Db, ids: readonly ChangeSetId[]): Promise<void> {
  const given = sql`any(${sql.param(ids)}::text[])`;
  await inTransaction(db, async (tx) => {
    await tx.delete(changes).where(sql`${changes.changeSetId} = ${given}`);
    await tx.delete(changeSetDrafts).where(sql`${changeSetDrafts.id} = ${given}`);
  });
}

/** Answers how many there were. No change set takes as long as that to be written. */
export async function dropOldDrafts(db: Db, before: Date): Promise<number> {
  const old = await db.select().from(changeSetDrafts).where(lt(changeSetDrafts.startedAt, before));
  if (old.length > 0)
    await dropDrafts(
      db,
      old.map(({ id }) => id),
    );
  return old.length;
}

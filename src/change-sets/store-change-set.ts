import { and, desc, eq, sql } from 'drizzle-orm';
import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Db, type Queryable } from '../database/database.ts';
import { appendEvents } from '../events/append-events.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import { newId, type RunId } from '../lib/ids.ts';
import type { ChangeResult } from '../pipeline/contract.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { lockRun } from '../sync-runs/write-run.ts';
import { tenantFacts } from '../tenants/write-tenant.ts';
import type { ChangeSet, ChangeSummary } from './change-set.ts';
import type { ChangeSetContent } from './change-set-content.ts';
import { changes, changeSets } from './change-sets.table.ts';

/** The run's newest change set: what a decision now would be about. */
export async function newestChangeSet(q: Queryable, runId: RunId): Promise<ChangeSet | null> {
  const [row] = await q
    .select()
    .from(changeSets)
    .where(eq(changeSets.runId, runId))
    .orderBy(desc(changeSets.createdAt), desc(changeSets.id))
    .limit(1);
  return row ?? null;
}

/** Stores what a preview found, once for each preview, and says so in the log. */
export async function storeChangeSet(db: Db, run: SyncRun, content: ChangeSetContent): Promise<void> {
  await inTransaction(db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.poller, run.id);
    if (!locked) return;
    const { changes: found, ...identity } = content;
    const [stored] = await tx
      .insert(changeSets)
      .values({
        ...identity,
        id: newId('cs'),
        runId: run.id,
        tenantId: run.tenantId,
        summary: summaryOf(content),
        createdAt: await databaseNow(tx),
      })
      .onConflictDoNothing()
      .returning();
    if (!stored) return;
    const rows = found.map((change, position) => ({
      ...change,
      id: newId('chg'),
      changeSetId: stored.id,
      position,
    }));
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      await tx.insert(changes).values(rows.slice(at, at + ROWS_AT_ONCE));
    }
    await appendEvents(tx, [
      {
        tenantId: run.tenantId,
        runId: run.id,
        actor: SERVICE_ACTOR,
        tenant: tenantFacts(locked.tenant),
        body: { kind: 'CHANGE_SET_READY', changeSetId: stored.id, digest: stored.digest },
      },
    ]);
  });
}

/** Postgres takes 65,535 parameters in a statement; a change has ten. */
const ROWS_AT_ONCE = 1_000;

function summaryOf(content: ChangeSetContent): ChangeSummary {
  const count = (kind: string) => content.changes.filter((change) => change.kind === kind).length;
  return {
    added: count('ADDED'),
    changed: count('CHANGED'),
    removed: count('REMOVED'),
    applied: 0,
    skipped: 0,
    failed: 0,
  };
}

/** Writes what became of each change, from the deploy stage's report. */
export async function storeResults(
  db: Db,
  changeSet: ChangeSet,
  results: readonly ChangeResult[],
): Promise<void> {
  const count = (word: string) => results.filter((result) => result.result === word).length;
  const report = JSON.stringify(
    results.map(({ path, result, error }) => ({ path, result, error: error ?? null })),
  );
  await inTransaction(db, async (tx) => {
    await tx.execute(sql`
      update ${changes} set result = r.result, result_error = r.error
      from jsonb_to_recordset(${report}::jsonb) as r(path text, result text, error text)
      where ${changes.changeSetId} = ${changeSet.id} and ${changes.path} = r.path`);
    await tx
      .update(changeSets)
      .set({
        summary: {
          ...changeSet.summary,
          applied: count('APPLIED'),
          skipped: count('SKIPPED'),
          failed: count('FAILED'),
        },
      })
      .where(and(eq(changeSets.id, changeSet.id)));
  });
}

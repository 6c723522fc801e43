import { and, desc, eq, sql } from 'drizzle-orm';
import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Db, type Queryable } from '../database/database.ts';
import { appendEvents } from '../events/append-events.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import { type ChangeSetId, newId, type RunId } from '../lib/ids.ts';
import { beginDigest } from '../pipeline/change-set-digest.ts';
import type { ChangeResult } from '../pipeline/contract.ts';
import type { FileDifference } from '../pipeline/differences.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { lockRun } from '../sync-runs/write-run.ts';
import { tenantFacts } from '../tenants/write-tenant.ts';
import type { ChangeSet, ChangeSummary } from './change-set.ts';
import { dropDrafts } from './change-set-drafts.ts';
import { changes, changeSetDrafts, changeSets } from './change-sets.table.ts';

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

export type FoundPreview = Pick<ChangeSet, 'tenantStateSha' | 'desiredSha' | 'attempt'> & {
  /** The key under which sensitive values enter the digest. */
  digestKey: Buffer;
  /** Taken one after the other, in the order of their paths; none is kept. */
  differences: AsyncIterable<FileDifference>;
};

/**
 * Stores what a preview found, once for each preview, and says so in the log. One without changes is not stored. The
 * changes are written as they come, and belong to nothing that anybody sees until the change set itself is there.
 */
export async function storeChangeSet(db: Db, run: SyncRun, preview: FoundPreview): Promise<string> {
  const id = newId('cs');
  await inTransaction(db, (tx) => tx.insert(changeSetDrafts).values({ id }));
  try {
    const { digest, summary } = await writeChanges(db, id, preview);
    const { tenantStateSha, desiredSha, attempt } = preview;
    const changeSet = { id, runId: run.id, tenantId: run.tenantId, tenantStateSha, desiredSha, attempt };
    const isEmpty = summary.added + summary.changed + summary.removed === 0;
    const isNew = !isEmpty && (await publish(db, { ...changeSet, digest, summary }));
    if (!isNew) await dropDrafts(db, [id]);
    return digest;
  } catch (error) {
    await dropDrafts(db, [id]).catch(() => undefined);
    throw error;
  }
}

/** Postgres takes 65,535 parameters in a statement, and a change has ten. */
const MOST_ROWS = 1_000;
/** Of text in one statement, roughly; files of a megabyte come few at a time. */
const MOST_LETTERS = 2 * 1024 * 1024;

async function writeChanges(db: Db, changeSetId: ChangeSetId, { differences, digestKey }: FoundPreview) {
  const digest = beginDigest(digestKey);
  const count = { ADDED: 0, CHANGED: 0, REMOVED: 0 };
  let rows: (typeof changes.$inferInsert)[] = [];
  let [position, letters] = [0, 0];
  const write = async () => {
    if (rows.length > 0) await inTransaction(db, (tx) => tx.insert(changes).values(rows));
    [rows, letters] = [[], 0];
  };
  for await (const difference of differences) {
    const { before: _, after: __, invalid: ___, ...shown } = difference;
    digest.add(difference);
    count[difference.kind]++;
    letters += lengthOf(difference);
    rows.push({ ...shown, ...storable(shown), id: newId('chg'), changeSetId, position: position++ });
    if (rows.length >= MOST_ROWS || letters >= MOST_LETTERS) await write();
  }
  await write();
  const { ADDED: added, CHANGED: changed, REMOVED: removed } = count;
  const summary: ChangeSummary = { added, changed, removed, applied: 0, skipped: 0, failed: 0 };
  return { digest: digest.end(), summary };
}

/** Names come from paths, where a NUL may be encoded, and Postgres takes none in a text. */
const storable = ({
  displayName,
  configurationType,
}: Pick<FileDifference, 'displayName' | 'configurationType'>) => ({
  displayName: displayName.replaceAll('\0', '\uFFFD'),
  configurationType: configurationType.replaceAll('\0', '\uFFFD'),
});

const lengthOf = ({ diff, properties }: FileDifference) =>
  properties.reduce(
    (sum, { before, after }) => sum + (before?.length ?? 0) + (after?.length ?? 0),
    diff.length,
  );

/** False: somebody else stored the same preview first. */
async function publish(db: Db, changeSet: Omit<ChangeSet, 'createdAt'>): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.poller, changeSet.runId);
    if (!locked) return false;
    const [stored] = await tx
      .insert(changeSets)
      .values({ ...changeSet, createdAt: await databaseNow(tx) })
      .onConflictDoNothing()
      .returning();
    if (!stored) return false;
    await tx.delete(changeSetDrafts).where(eq(changeSetDrafts.id, stored.id));
    await appendEvents(tx, [
      {
        tenantId: stored.tenantId,
        runId: stored.runId,
        actor: SERVICE_ACTOR,
        tenant: tenantFacts(locked.tenant),
        body: { kind: 'CHANGE_SET_READY', changeSetId: stored.id, digest: stored.digest },
      },
    ]);
    return true;
  });
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

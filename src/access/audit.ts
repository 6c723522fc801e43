/** Writing the audit log. One function for acts, one for those that were refused. */
import { eq } from 'drizzle-orm';
import { databaseNow, type Db, inTransaction, type Tx } from '../database/database.ts';
import { Refusal } from '../lib/errors.ts';
import { isId, type TenantId } from '../lib/ids.ts';
import { auditHead, auditLog } from './access.table.ts';
import { type AuditAct, type AuditDetails, type AuditOutcome, hashOfEntry } from './audit-entry.ts';
import { ANONYMOUS } from './anonymous.ts';
import { Forbidden, type Viewer } from './viewer.ts';

export type AuditFacts = {
  viewer: Viewer;
  act: AuditAct;
  tenantId: TenantId | null;
  target: string | null;
  details?: AuditDetails;
};

/**
 * Puts an act on record in its own transaction: both commit, or neither. Call it as the transaction's last step: the
 * lock on the chain's end is held from here to the commit, and whoever takes it takes nothing after it, so no two
 * writers wait for each other.
 */
export function audit(tx: Tx, facts: AuditFacts): Promise<void> {
  return append(tx, facts, 'DONE');
}

/** Runs an act, and puts its refusal on record in a transaction of its own. Nobody's are left out: they are counted. */
export async function recordingRefusals<T>(
  db: Db,
  facts: Omit<AuditFacts, 'details'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== null && facts.viewer !== ANONYMOUS)
      await inTransaction(db, (tx) => append(tx, refusedFacts(facts, error, reason), 'REFUSED'));
    throw error;
  }
}

/** Whoever was refused may have named only a run or a change set: the tenant's admins read of it, too. */
const refusedFacts = (facts: Omit<AuditFacts, 'details'>, error: unknown, reason: string): AuditFacts => ({
  ...facts,
  tenantId: facts.tenantId ?? tenantOf(error),
  details: { reason },
});

function tenantOf(error: unknown): TenantId | null {
  if (error instanceof Forbidden) return error.tenantId;
  if (!(error instanceof Refusal)) return null;
  const about = ['run', 'changeSet'].map((name): unknown => Reflect.get(error, name));
  const ids = about.map((one): unknown =>
    typeof one === 'object' && one !== null ? Reflect.get(one, 'tenantId') : null,
  );
  return ids.find((id): id is TenantId => typeof id === 'string' && isId(id, 'ten')) ?? null;
}

/** null: it was no refusal. Codes only: messages may quote what the caller sent. */
function reasonOf(error: unknown): string | null {
  if (error instanceof Forbidden) return 'FORBIDDEN';
  if (!(error instanceof Refusal)) return null;
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.code;
}

async function append(tx: Tx, facts: AuditFacts, outcome: AuditOutcome): Promise<void> {
  const [head] = await tx.select().from(auditHead).where(eq(auditHead.id, 1)).for('update');
  if (!head) throw new Error('The audit log has no beginning: the migrations have not run on this database.');
  const { viewer, act, tenantId, target, details = {} } = facts;
  const entry = {
    position: head.position + 1,
    at: await databaseNow(tx),
    act,
    outcome,
    actor: viewer.actor,
    personId: viewer.personId,
    tenantId,
    target,
    details,
    previousHash: head.hash,
  };
  const hash = hashOfEntry(entry);
  await tx.insert(auditLog).values({ ...entry, hash });
  await tx.update(auditHead).set({ position: entry.position, hash }).where(eq(auditHead.id, 1));
}

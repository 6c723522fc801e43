/** Reading the audit log: pages for admins, and the whole of it as JSON lines. */
import { and, asc, count, eq, gt, gte, inArray, lte, type SQL, sql } from 'drizzle-orm';
import { databaseNow, type Queryable } from '../database/database.ts';
import {
  inOrder,
  onPage,
  type Order,
  type Page,
  type PageRequest,
  pageValues,
  toPage,
} from '../database/page.ts';
import type { TenantId } from '../lib/ids.ts';
import { auditHead, auditLog } from './access.table.ts';
import type { AuditAct, AuditEntry, AuditOutcome } from './audit-entry.ts';
import type { Checkpoint, CheckpointSigner } from './checkpoint.ts';
import type { Viewer } from './viewer.ts';
import { visibleTo } from './visible.ts';

/** Each part that is given must hold. */
export type AuditFilter = {
  acts?: readonly AuditAct[] | null | undefined;
  outcome?: AuditOutcome | null | undefined;
  tenantId?: TenantId | null | undefined;
  personId?: string | null | undefined;
  from?: Date | null | undefined;
  until?: Date | null | undefined;
};

export const AUDIT_ORDER: Order<AuditEntry> = {
  name: 'auditLog',
  direction: 'ASC',
  columns: [{ by: auditLog.position, type: 'int', of: (entry) => entry.position }],
};

export async function listAudit(
  q: Queryable,
  viewer: Viewer,
  { filter, page }: { filter: AuditFilter; page: PageRequest },
): Promise<Page<AuditEntry>> {
  const rows = await q
    .select()
    .from(auditLog)
    .where(and(matching(viewer, filter), onPage(AUDIT_ORDER, page)))
    .orderBy(...inOrder(AUDIT_ORDER, page))
    .limit(sql.placeholder('limit'))
    .prepare('')
    .execute(pageValues(page));
  return toPage(rows, page);
}

export async function countAudit(q: Queryable, viewer: Viewer, filter: AuditFilter): Promise<number> {
  const [row] = await q.select({ count: count() }).from(auditLog).where(matching(viewer, filter));
  return row?.count ?? 0;
}

/** An admin of a tenant reads what was done to it, an admin of the fleet everything. */
function matching(viewer: Viewer, filter: AuditFilter): SQL | undefined {
  const { acts, outcome, tenantId, personId, from, until } = filter;
  return and(
    visibleTo(viewer, auditLog.tenantId, 'readAudit'),
    acts ? inArray(auditLog.act, [...acts]) : undefined,
    outcome == null ? undefined : eq(auditLog.outcome, outcome),
    tenantId == null ? undefined : eq(auditLog.tenantId, tenantId),
    personId == null ? undefined : eq(auditLog.personId, personId),
    from == null ? undefined : gte(auditLog.at, from),
    until == null ? undefined : lte(auditLog.at, until),
  );
}

/** The end of the chain, signed. */
export async function takeCheckpoint(q: Queryable, signer: CheckpointSigner): Promise<Checkpoint> {
  const [head] = await q.select().from(auditHead);
  if (!head) throw new Error('The audit log has no beginning: the migrations have not run on this database.');
  return signer.sign({ position: head.position, hash: head.hash, at: await databaseNow(q) });
}

const ROWS_AT_A_TIME = 1_000;

/** One JSON text for each row from the first to the checkpoint's, and one for the checkpoint. */
export async function* exportAudit(q: Queryable, checkpoint: Checkpoint): AsyncGenerator<string> {
  let position = 0;
  while (position < checkpoint.position) {
    const rows = await q
      .select()
      .from(auditLog)
      .where(and(gt(auditLog.position, position), lte(auditLog.position, checkpoint.position)))
      .orderBy(asc(auditLog.position))
      .limit(ROWS_AT_A_TIME);
    if (rows.length === 0) break;
    for (const row of rows) yield `${JSON.stringify(row)}\n`;
    position = rows.at(-1)?.position ?? position;
  }
  yield `${JSON.stringify({ checkpoint })}\n`;
}

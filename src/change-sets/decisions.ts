import { and, asc, eq, ne } from 'drizzle-orm';
import type { Queryable, Tx } from '../database/database.ts';
import { appendEvents } from '../events/append-events.ts';
import type { DecisionId, RunId } from '../lib/ids.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenantFacts } from '../tenants/write-tenant.ts';
import type { Decision } from './change-set.ts';
import { decisions } from './change-sets.table.ts';

/** Decisions of a run that stand (not the failed ones), oldest first. */
export async function standingDecisions(
  q: Queryable,
  runId: RunId,
  approvalId?: string,
): Promise<Decision[]> {
  return q
    .select()
    .from(decisions)
    .where(
      and(
        eq(decisions.runId, runId),
        ne(decisions.state, 'FAILED'),
        approvalId === undefined ? undefined : eq(decisions.approvalId, approvalId),
      ),
    )
    .orderBy(asc(decisions.at), asc(decisions.id));
}

export async function loadDecision(q: Queryable, id: DecisionId): Promise<Decision | null> {
  const [row] = await q.select().from(decisions).where(eq(decisions.id, id));
  return row ?? null;
}

export async function tellDecision(tx: Tx, tenant: Tenant, decision: Decision): Promise<void> {
  const { changeSetId, verdict, state, digest } = decision;
  await appendEvents(tx, [
    {
      tenantId: tenant.id,
      runId: decision.runId,
      actor: decision.by,
      tenant: tenantFacts(tenant),
      body: { kind: 'CHANGE_SET_DECIDED', changeSetId, verdict, state, digest },
    },
  ]);
}

export const isRejection = (decision: Pick<Decision, 'verdict'>) => decision.verdict !== 'APPROVE';

/** The decision that ended the matter: the first rejection, or the approval that made them enough. */
export function finalDecision(standing: readonly Decision[], required: number): Decision | null {
  const rejection = standing.find(isRejection);
  if (rejection) return rejection;
  return standing.filter((decision) => !isRejection(decision))[required - 1] ?? null;
}

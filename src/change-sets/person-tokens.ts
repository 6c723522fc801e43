/**
 * By what decisions go to Azure DevOps as the person who took them: exchanged before a decision is acknowledged, kept
 * sealed beside it until it is settled, never used after its end. The service never steps in silently.
 */
import { and, eq, lte, ne, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Viewer } from '../access/viewer.ts';
import type { PersonToken } from '../azure-devops/port.ts';
import { databaseNow, type Queryable, type Tx } from '../database/database.ts';
import type { DecisionId } from '../lib/ids.ts';
import type { Services } from '../sync-runs/services.ts';
import type { Decision } from './change-set.ts';
import { decisions, decisionTokens } from './change-sets.table.ts';

const tokenShape = z.object({ accessToken: z.string(), expiresAt: z.string() });

const contextOf = (id: DecisionId) => `decision-token:${id}`;

/** null: the caller came without a token of Entra ID, so the service answers the gate and names the person. */
export async function personTokenOf(services: Services, viewer: Viewer): Promise<PersonToken | null> {
  return viewer.callerToken === undefined ? null : services.azure.exchangeToken(viewer.callerToken);
}

export async function keepPersonToken(
  tx: Tx,
  { seal }: Pick<Services, 'seal'>,
  { decisionId, token }: { decisionId: DecisionId; token: PersonToken },
): Promise<void> {
  await tx.insert(decisionTokens).values({
    decisionId,
    sealed: seal.close(JSON.stringify(token), contextOf(decisionId)),
    expiresAt: new Date(token.expiresAt),
  });
}

/** `expired`: the person has to decide again. null: the decision was taken without a token. */
export async function openPersonToken(
  { db, seal }: Pick<Services, 'db' | 'seal'>,
  decisionId: DecisionId,
): Promise<PersonToken | 'expired' | null> {
  const [row] = await db.select().from(decisionTokens).where(eq(decisionTokens.decisionId, decisionId));
  if (!row) return null;
  if (row.expiresAt <= (await databaseNow(db))) return 'expired';
  return tokenShape.parse(JSON.parse(seal.open(row.sealed, contextOf(decisionId))));
}

/** Whether there was one. */
export async function forgetPersonToken(tx: Tx, decisionId: DecisionId): Promise<boolean> {
  const gone = await tx.delete(decisionTokens).where(eq(decisionTokens.decisionId, decisionId)).returning();
  return gone.length > 0;
}

/** Of those that have ended only the row stays, which says that there was one: the service does not step in for it. */
export async function forgetEndedTokens(q: Queryable): Promise<number> {
  const hasEnded = lte(decisionTokens.expiresAt, sql`clock_timestamp()`);
  const isKept = ne(decisionTokens.sealed, '');
  const ended = await q.update(decisionTokens).set({ sealed: '' }).where(and(hasEnded, isKept)).returning();
  return ended.length;
}

/** The decisions that one answer stands for: a person's own, or all that the service answers for. */
export function answeredWith(decision: Decision, isPersonal: boolean): SQL | undefined {
  const sending = eq(decisions.state, 'SENDING');
  if (isPersonal) return and(eq(decisions.id, decision.id), sending);
  return and(
    eq(decisions.runId, decision.runId),
    eq(decisions.approvalId, decision.approvalId),
    sending,
    sql`${decisions.id} not in (select ${decisionTokens.decisionId} from ${decisionTokens})`,
  );
}

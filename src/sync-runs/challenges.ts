import { and, desc, eq, lt } from 'drizzle-orm';
import { databaseNow, type Queryable, type Tx } from '../database/database.ts';
import type { ChallengeId, RunId } from '../lib/ids.ts';
import type { Challenge, ChallengeStatus } from './challenge.ts';
import { challenges, signInFlows } from './sync-runs.table.ts';

/** The sign-in that counts for a run: the last that was started. */
export async function newestChallenge(q: Queryable, runId: RunId): Promise<Challenge | null> {
  const [row] = await q
    .select()
    .from(challenges)
    .where(eq(challenges.runId, runId))
    .orderBy(desc(challenges.createdAt), desc(challenges.id))
    .limit(1);
  return row ?? null;
}

/** Ends an open challenge, of which nothing secret is kept then; false when it had ended before. */
export async function endChallenge(
  tx: Tx,
  id: ChallengeId,
  status: Exclude<ChallengeStatus, 'OPEN'>,
): Promise<boolean> {
  const ended = await tx
    .update(challenges)
    .set({ status })
    .where(and(eq(challenges.id, id), eq(challenges.status, 'OPEN')))
    .returning({ id: challenges.id });
  await tx.delete(signInFlows).where(eq(signInFlows.challengeId, id));
  return ended.length > 0;
}

/** Ends what nobody answered, also when the process that waited for the answer is gone. */
export async function expireChallenges(q: Queryable): Promise<void> {
  const now = await databaseNow(q);
  await q
    .update(challenges)
    .set({ status: 'EXPIRED' })
    .where(and(eq(challenges.status, 'OPEN'), lt(challenges.expiresAt, now)));
}

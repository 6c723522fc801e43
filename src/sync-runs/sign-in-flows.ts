/**
 * Who asks Entra about which sign-in, and when. Postgres keeps it, so that a sign-in outlives the process that showed its
 * code: each question is one process's turn, and what a dead or frozen one leaves is somebody else's after `TURN_MS`.
 */
import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { TenantAccount } from '../azure-devops/sign-in.ts';
import type { Db, Tx } from '../database/database.ts';
import type { ChallengeId, RunId } from '../lib/ids.ts';
import type { Seal } from '../lib/seal.ts';
import { tenants } from '../tenants/tenants.table.ts';
import { challenges, signInFlows } from './sync-runs.table.ts';

/** A sign-in that is this process's to ask about now. */
export type Turn = {
  challengeId: ChallengeId;
  turn: string;
  runId: RunId;
  account: TenantAccount;
  sealed: string;
  /** Its code works no more. */
  isOver: boolean;
};

/** Kept up while a question takes longer. */
export const TURN_MS = 5_000;
/** RFC 8628: after `slow_down` every pause is longer by this much. */
const SLOW_DOWN_MS = 5_000;

const contextOf = (id: ChallengeId) => `sign-in-flow:${id}`;
const after = (ms: unknown) => sql`clock_timestamp() + ${ms}::int * interval '1 millisecond'`;

export async function keepFlow(
  tx: Tx,
  seal: Seal,
  { challengeId, flow, askEveryMs }: { challengeId: ChallengeId; flow: string; askEveryMs: number },
): Promise<void> {
  const sealed = seal.close(flow, contextOf(challengeId));
  await tx.insert(signInFlows).values({ challengeId, sealed, askEveryMs, dueAt: after(askEveryMs) });
}

/** Nothing is kept of sign-ins for which nobody waits, however they ended. */
export async function forgetEndedFlows(db: Db): Promise<void> {
  await db.execute(sql`
    delete from sign_in_flows using authentication_challenges c, sync_runs r
    where c.id = challenge_id and r.id = c.run_id
      and (c.status <> 'OPEN' or r.status <> 'PENDING_AUTHENTICATION')`);
}

/** Takes what is due, the oldest first. */
export async function takeTurns(db: Db, { atMost }: { atMost: number }): Promise<Turn[]> {
  const turn = randomUUID();
  const taken = await db.execute<{ challenge_id: ChallengeId }>(sql`
    update sign_in_flows set turn = ${turn}, due_at = ${after(TURN_MS)}
    where challenge_id in (
      select challenge_id from sign_in_flows where due_at <= clock_timestamp()
      order by due_at limit ${atMost} for update skip locked)
    returning challenge_id`);
  if (taken.rows.length === 0) return [];
  const rows = await db
    .select({
      challengeId: challenges.id,
      runId: challenges.runId,
      sealed: signInFlows.sealed,
      isOver: sql`${challenges.expiresAt} <= clock_timestamp()`.mapWith(Boolean),
      account: {
        tenantId: tenants.id,
        directoryId: tenants.directoryId,
        authentication: tenants.authentication,
      },
    })
    .from(signInFlows)
    .innerJoin(challenges, eq(challenges.id, signInFlows.challengeId))
    .innerJoin(tenants, eq(tenants.id, challenges.tenantId))
    .where(eq(signInFlows.turn, turn));
  return rows.map(({ account, ...row }) => ({
    ...row,
    turn,
    account: { ...account, directoryId: account.directoryId ?? '' },
  }));
}

/** What TenantSignIn asks with. Throws where no configured key opens it. */
export const openFlow = (seal: Seal, { challengeId, sealed }: Turn): string =>
  seal.open(sealed, contextOf(challengeId));

const isOwn = ({ challengeId, turn }: Turn) =>
  and(eq(signInFlows.challengeId, challengeId), eq(signInFlows.turn, turn));

/** For a question that takes long: its answer may be the only one. */
export async function keepTurn(db: Db, own: Turn): Promise<void> {
  await db
    .update(signInFlows)
    .set({ dueAt: after(TURN_MS) })
    .where(isOwn(own));
}

/** The next turn is anybody's: after the pause that Entra wants, and not later than the code's own end. */
export async function endTurn(db: Db, own: Turn, { isTooFast }: { isTooFast: boolean }): Promise<void> {
  const pace = sql`${signInFlows.askEveryMs} + ${isTooFast ? SLOW_DOWN_MS : 0}::int`;
  const end = sql`(select expires_at from authentication_challenges where id = ${own.challengeId})`;
  await db
    .update(signInFlows)
    .set({ askEveryMs: pace, turn: null, dueAt: sql`least(${after(sql`(${pace})`)}, ${end})` })
    .where(isOwn(own));
}

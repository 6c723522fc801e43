import { OWN_WORK } from '../access/viewer.ts';
import type { SignInEnd } from '../azure-devops/sign-in.ts';
import { inTransaction } from '../database/database.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import { unreachable } from '../lib/unreachable.ts';
import type { ChallengeStatus } from './challenge.ts';
import { endChallenge, newestChallenge } from './challenges.ts';
import type { Turn } from './sign-in-flows.ts';
import { type SignInServices, startSignIn } from './start-sign-in.ts';
import { applyToRun, lockRun } from './write-run.ts';

type Kind = SignInEnd['kind'];

/** Puts on record how a sign-in ended. */
export async function settleSignIn(services: SignInServices, turn: Turn, end: SignInEnd): Promise<void> {
  if (end.kind !== 'signed_in')
    services.logger.info('A sign-in ended without a token.', { run: turn.runId, end: end.kind });
  if (end.kind === 'redeemed' && !(await isSignedIn(services, turn))) {
    return giveAnotherCode(services, turn);
  }
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.signIn, turn.runId);
    const status = statusAfter(end.kind);
    const isEnded = await endChallenge(tx, turn.challengeId, status);
    if (locked && isEnded && status === 'SIGNED_IN')
      await applyToRun(tx, locked, { event: 'signed_in', actor: SERVICE_ACTOR });
  });
}

/** Who asked before died with the token, and Entra gives it once: only another code helps. The window stays the same. */
async function giveAnotherCode(
  services: SignInServices,
  { challengeId, runId, account }: Turn,
): Promise<void> {
  await startSignIn(services, {
    runId,
    account,
    inside: async (tx, record) => {
      const locked = await lockRun(tx, OWN_WORK.signIn, runId);
      if (!locked) throw new Error(`The run ${runId} disappeared while a code was asked for.`);
      const newest = await newestChallenge(tx, runId);
      const isWanted = newest?.id === challengeId && newest.status === 'OPEN';
      return isWanted ? record() : locked.run;
    },
  });
}

/** Who asked before may have stored what it got, and died before it could say so. */
const isSignedIn = async ({ signIn }: SignInServices, { account }: Turn) =>
  (await signIn.acquire(account)).kind === 'token';

function statusAfter(kind: Kind): Exclude<ChallengeStatus, 'OPEN'> {
  switch (kind) {
    case 'signed_in':
    case 'redeemed':
      return 'SIGNED_IN';
    case 'declined':
      return 'DECLINED';
    case 'expired':
      return 'EXPIRED';
    case 'wrong_directory':
    case 'failed':
      return 'FAILED';
    default:
      return unreachable(kind);
  }
}

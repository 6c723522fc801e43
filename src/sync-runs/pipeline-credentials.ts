/**
 * What a job of the pipeline is answered when it asks for its tenant's credential. The job is believed to be of that
 * tenant already: its OIDC token was verified. See CredentialRequest in the pipeline's contract.
 */
import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction } from '../database/database.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import type {
  CredentialGranted,
  CredentialPending,
  CredentialRefused,
  CredentialRequest,
  DigestGranted,
} from '../pipeline/contract.ts';
import { PIPELINE_ERROR_CODES } from '../pipeline/contract.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Challenge } from './challenge.ts';
import { newestChallenge } from './challenges.ts';
import { digestKeyOf } from './digest-key.ts';
import type { Services } from './services.ts';
import { startSignIn } from './start-sign-in.ts';
import type { SyncRun } from './sync-run.ts';
import { applyToRun, lockRun } from './write-run.ts';

export type CredentialAnswer =
  | { status: 200; body: CredentialGranted | DigestGranted }
  | { status: 202; body: CredentialPending }
  | { status: 400 | 403 | 410; body: CredentialRefused };

/** A question of a job: its run, and the digest that was approved for it (null when the gate was answered elsewhere). */
export type CredentialQuestion = {
  tenant: Tenant;
  run: SyncRun;
  request: CredentialRequest;
  approvedDigest: string | null;
};

/** The pause that jobs are asked to keep between two questions. */
const ASK_AGAIN_AFTER_SECONDS = 2;

export async function answerCredentialRequest(
  services: Services,
  { tenant, run, request, approvedDigest }: CredentialQuestion,
): Promise<CredentialAnswer> {
  if (run.status === 'COMPLETED') {
    return refuse(
      403,
      'RUN_ENDED',
      `The run ${request.buildId} has ended; only an open run gets a credential.`,
    );
  }
  const digest: DigestGranted = {
    digestKey: (await digestKeyOf(services, tenant.id)).toString('base64'),
    approvedDigest: request.stage === 'DEPLOY' ? approvedDigest : null,
  };
  if (request.signsInItself) return { status: 200, body: digest };
  if (!tenant.directoryId) {
    return refuse(
      403,
      'NO_DIRECTORY',
      `${tenant.name} has no directoryId in its tenant.json: add it, then run again.`,
    );
  }
  const account = {
    tenantId: tenant.id,
    directoryId: tenant.directoryId,
    authentication: tenant.authentication,
  };
  const credential = await services.signIn.acquire(account);
  if (credential.kind === 'token') {
    await noteSignedIn(services, run);
    const { accessToken, expiresAt } = credential;
    return { status: 200, body: { ...digest, accessToken, expiresAt: expiresAt.toISOString() } };
  }
  const challenge = await newestChallenge(services.db, run.id);
  if (!challenge) {
    await startSignIn(services, { runId: run.id, account });
    return pending((await newestChallenge(services.db, run.id)) ?? undefined);
  }
  return (await hasEnded(services, challenge)) ? expired(challenge) : pending(challenge);
}

/** A declined sign-in ends the wait at once; an expired or failed code may be restarted until the window closes. */
async function hasEnded(services: Services, challenge: Challenge): Promise<boolean> {
  if (challenge.status === 'DECLINED') return true;
  return (await databaseNow(services.db)) >= challenge.windowEndsAt;
}

async function noteSignedIn(services: Services, run: SyncRun): Promise<void> {
  if (run.status !== 'PENDING_AUTHENTICATION') return;
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.pipeline, run.id);
    if (locked) await applyToRun(tx, locked, { event: 'signed_in', actor: SERVICE_ACTOR });
  });
}

function pending(challenge: Challenge | undefined): CredentialAnswer {
  const windowEndsAt = challenge?.windowEndsAt.toISOString() ?? new Date().toISOString();
  return { status: 202, body: { retryAfterSeconds: ASK_AGAIN_AFTER_SECONDS, windowEndsAt } };
}

function expired(challenge: Challenge): CredentialAnswer {
  const why =
    challenge.status === 'DECLINED'
      ? 'The sign-in was declined.'
      : 'Nobody signed in before the sign-in window closed.';
  return refuse(
    410,
    PIPELINE_ERROR_CODES.authenticationExpired,
    `${why} Start the sync again to get a new code.`,
  );
}

const refuse = (status: 400 | 403 | 410, code: string, message: string): CredentialAnswer => ({
  status,
  body: { code, message },
});

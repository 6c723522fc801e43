/** A job asks the API for its tenant's credential, and waits while somebody has to sign in. */
import { pause } from '../lib/pause.ts';
import { isJsonObject, type Json, type JsonObject } from '../pipeline/canonical-json.ts';
import {
  type CredentialGranted,
  type CredentialRequest,
  type DigestGranted,
  PIPELINE_ERROR_CODES,
  type SyncStage,
} from '../pipeline/contract.ts';
import { type Reporter, StageError } from '../pipeline/stage.ts';
import type { Job } from './job.ts';
import { oidcToken } from './oidc-token.ts';

/** How long answers that are none are borne, and how long a pause takes: the sandbox's time runs faster. */
export type Patience = { refusedForMs: number; unreachableForMs: number; msOfPause(ms: number): number };
export const REAL_PATIENCE: Patience = {
  refusedForMs: 60_000,
  unreachableForMs: 180_000,
  msOfPause: (ms) => ms,
};

export type CredentialQuestion = {
  job: Job;
  stage: SyncStage;
  report: Reporter;
  patience: Patience;
  signal: AbortSignal;
};

/** What a run shows while it waits. */
export const WAITING_FOR_SIGN_IN = 'Waiting until somebody signs in to the tenant';
const SIGNED_IN = 'Somebody signed in to the tenant';

const RETRY_MS = 1000;
const REQUEST_TIMEOUT_MS = 30_000;

type Answer<Granted> =
  | { kind: 'granted'; granted: Granted }
  | { kind: 'pending'; retryAfterSeconds: number; windowEndsAt: string }
  | { kind: 'expired'; message: string }
  | { kind: 'trouble'; message: string; code: string; isAway: boolean };

type Read<Granted> = (body: JsonObject) => Granted | null;

export const askForCredential = (question: CredentialQuestion): Promise<CredentialGranted> =>
  askUntilGranted(question, {}, credentialIn);

/** Without a credential: the key of the digest and what was approved are the API's all the same. */
export const askForDigest = (question: CredentialQuestion): Promise<DigestGranted> =>
  askUntilGranted(question, { signsInItself: true }, digestIn);

async function askUntilGranted<Granted>(
  question: CredentialQuestion,
  wish: Pick<CredentialRequest, 'signsInItself'>,
  read: Read<Granted>,
): Promise<Granted> {
  const { patience, report, signal } = question;
  const rest = (ms: number) => pause(patience.msOfPause(ms), signal);
  let isWaiting = false;
  let troubleSince: number | null = null;
  for (;;) {
    const answer = await ask(question, wish, read);
    signal.throwIfAborted();
    if (answer.kind === 'granted') {
      if (isWaiting) report.progress(50, SIGNED_IN);
      return answer.granted;
    }
    if (answer.kind === 'expired') throw expired(answer.message);
    if (answer.kind === 'pending') {
      troubleSince = null;
      if (!isWaiting) tellThatItWaits(report, answer.windowEndsAt);
      isWaiting = true;
      await rest(answer.retryAfterSeconds * 1000);
    } else {
      troubleSince ??= Date.now();
      const limitMs = answer.isAway ? patience.unreachableForMs : patience.refusedForMs;
      // A job that already waits for a sign-in ends as an expired one when the API stays away.
      if (Date.now() - troubleSince >= limitMs)
        throw isWaiting ? expired(answer.message) : new StageError(answer.code, answer.message);
      await rest(RETRY_MS);
    }
    signal.throwIfAborted();
  }
}

const expired = (message: string) => new StageError(PIPELINE_ERROR_CODES.authenticationExpired, message);

function tellThatItWaits(report: Reporter, windowEndsAt: string): void {
  report.progress(20, WAITING_FOR_SIGN_IN);
  report.log(`Somebody has to sign in to the tenant first. The window closes at ${windowEndsAt}.`);
}

async function ask<Granted>(
  { job, stage, signal }: CredentialQuestion,
  wish: Pick<CredentialRequest, 'signsInItself'>,
  read: Read<Granted>,
): Promise<Answer<Granted>> {
  const address = `${job.apiUrl}/pipeline/credentials`;
  try {
    const body: CredentialRequest = { buildId: job.buildId, stage, ...wish };
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'error',
      headers: {
        Authorization: `Bearer ${await oidcToken(job, signal)}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    return readAnswer(response.status, parsed(await response.text()), read);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const words = cause instanceof Error ? cause.message : String(cause);
    const message = `The API at ${address} could not be asked for a credential: ${words}`;
    return { kind: 'trouble', code: 'API_UNREACHABLE', message, isAway: true };
  }
}

function readAnswer<Granted>(status: number, body: JsonObject, read: Read<Granted>): Answer<Granted> {
  const granted = status === 200 ? read(body) : null;
  if (granted) return { kind: 'granted', granted };
  const { retryAfterSeconds, windowEndsAt, code, message } = body;
  if (status === 202 && typeof retryAfterSeconds === 'number' && typeof windowEndsAt === 'string')
    return { kind: 'pending', retryAfterSeconds, windowEndsAt };
  const words =
    typeof message === 'string' ? message : `The API answered ${status} to the request for a credential.`;
  if (status === 410) return { kind: 'expired', message: words };
  const ownCode = typeof code === 'string' ? code : 'CREDENTIAL_REFUSED';
  return { kind: 'trouble', code: ownCode, message: words, isAway: status >= 500 };
}

function credentialIn(body: JsonObject): CredentialGranted | null {
  const { accessToken, expiresAt } = body;
  const digest = digestIn(body);
  return digest && typeof accessToken === 'string' && typeof expiresAt === 'string'
    ? { ...digest, accessToken, expiresAt }
    : null;
}

function digestIn({ digestKey, approvedDigest }: JsonObject): DigestGranted | null {
  return typeof digestKey === 'string' && (approvedDigest === null || typeof approvedDigest === 'string')
    ? { digestKey, approvedDigest }
    : null;
}

function parsed(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

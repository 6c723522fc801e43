/** A job asks the API for its tenant's credential, and waits while somebody has to sign in. */
import { z } from 'zod';
import { pause } from '../../../lib/pause.ts';
import {
  PIPELINE_ERROR_CODES,
  type CredentialGranted,
  type CredentialRequest,
  type SyncStage,
} from '../../../pipeline/contract.ts';
import { StageError, type Reporter } from '../../../pipeline/stage.ts';
import { projectById, projectUrl } from '../http/links.ts';
import type { RunningJob } from '../world.ts';
import { goOn, setPhase, type Run } from './run.ts';

/** However fast the sandbox's clock runs, the API is asked no more often. */
const SHORTEST_PAUSE_MS = 200;
/** Sandbox milliseconds for which an answer that is none is borne: refusals, and silence. */
const REFUSED_FOR_MS = 60_000;
const UNREACHABLE_FOR_MS = 180_000;
/** Wall milliseconds, so that a fast clock leaves the API time to start. */
const PATIENCE_AT_LEAST_MS = 10_000;
const RETRY_MS = 1000;
const REQUEST_TIMEOUT_MS = 30_000;

const granted = z.object({
  accessToken: z.string(),
  expiresAt: z.string(),
  digestKey: z.string(),
  approvedDigest: z.string().nullable(),
});
const pending = z.object({ retryAfterSeconds: z.number(), windowEndsAt: z.string() });
const refusal = z.object({ code: z.string(), message: z.string() });

type Answer =
  | { kind: 'granted'; credential: CredentialGranted }
  | { kind: 'pending'; retryAfterSeconds: number; windowEndsAt: string }
  | { kind: 'expired'; message: string }
  | { kind: 'trouble'; message: string; code: string; forMs: number };

export type CredentialQuestion = { run: Run; job: RunningJob; stage: SyncStage; report: Reporter };

export async function askForCredential(question: CredentialQuestion): Promise<CredentialGranted> {
  const { run, report } = question;
  let troubleSince: number | null = null;
  for (;;) {
    const answer = await ask(question);
    goOn(run);
    run.signal.throwIfAborted();
    if (answer.kind === 'granted') {
      setPhase(run, 'RUNNING');
      return answer.credential;
    }
    if (answer.kind === 'expired')
      throw new StageError(PIPELINE_ERROR_CODES.authenticationExpired, answer.message);
    if (answer.kind === 'pending') {
      troubleSince = null;
      tellThatItWaits(run, report, answer.windowEndsAt);
      await pauseFor(run, answer.retryAfterSeconds * 1000);
    } else {
      troubleSince ??= Date.now();
      if (isEnough(run, Date.now() - troubleSince, answer.forMs)) throw gaveUp(run, answer);
      await pauseFor(run, RETRY_MS);
    }
  }
}

function tellThatItWaits(run: Run, report: Reporter, windowEndsAt: string): void {
  if (run.build.phase === 'WAITING_FOR_SIGN_IN') return;
  setPhase(run, 'WAITING_FOR_SIGN_IN');
  report.log(`Somebody has to sign in to the tenant first. The window closes at ${windowEndsAt}.`);
}

const isEnough = (run: Run, wallMs: number, limitMs: number): boolean =>
  wallMs >= Math.max(PATIENCE_AT_LEAST_MS, limitMs / run.world.options.clock.timeScale);

/** A job that already waits for a sign-in ends as an expired one when the API stays away. */
function gaveUp(run: Run, { message, code }: { message: string; code: string }): StageError {
  const hasWaited = run.build.phase === 'WAITING_FOR_SIGN_IN';
  return new StageError(hasWaited ? PIPELINE_ERROR_CODES.authenticationExpired : code, message);
}

async function pauseFor(run: Run, sandboxMs: number): Promise<void> {
  await pause(Math.max(SHORTEST_PAUSE_MS, sandboxMs / run.world.options.clock.timeScale), run.signal);
  goOn(run);
  run.signal.throwIfAborted();
}

async function ask(question: CredentialQuestion): Promise<Answer> {
  const { run, stage } = question;
  const address = `${run.world.options.apiUrl()}/pipeline/credentials`;
  try {
    const token = await oidcToken(question);
    const body: CredentialRequest = { buildId: run.build.id, stage };
    const response = await post(run, address, { bearer: token, body });
    return readAnswer(response.status, await response.text());
  } catch (error) {
    const why =
      error instanceof Error
        ? error.cause instanceof Error
          ? error.cause.message
          : error.message
        : String(error);
    const message = `The API at ${address} could not be asked for a credential: ${why}`;
    return { kind: 'trouble', code: 'API_UNREACHABLE', message, forMs: UNREACHABLE_FOR_MS };
  }
}

function readAnswer(status: number, text: string): Answer {
  const body = parsed(text);
  const credential = granted.safeParse(body);
  if (status === 200 && credential.success) return { kind: 'granted', credential: credential.data };
  const wait = pending.safeParse(body);
  if (status === 202 && wait.success) return { kind: 'pending', ...wait.data };
  const refused = refusal.safeParse(body);
  const message = refused.success
    ? refused.data.message
    : `The API answered ${status} to the request for a credential.`;
  if (status === 410) return { kind: 'expired', message };
  const code = refused.success ? refused.data.code : 'CREDENTIAL_REFUSED';
  return { kind: 'trouble', code, message, forMs: status >= 500 ? UNREACHABLE_FOR_MS : REFUSED_FOR_MS };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The job proves who it is with a token that Azure DevOps signs for its service connection. */
async function oidcToken({ run, job }: CredentialQuestion): Promise<string> {
  const { world, build, tenant } = run;
  const project = projectUrl(world, projectById(world, build.projectId));
  const plan = `${project}/_apis/distributedtask/hubs/build/plans/${build.planId}`;
  const query = `api-version=7.1&serviceConnectionId=${tenant.serviceConnectionId}`;
  const response = await post(run, `${plan}/jobs/${job.jobId}/oidctoken?${query}`, {
    bearer: job.token,
    body: {},
  });
  if (!response.ok) throw new Error(`Azure DevOps gave no OIDC token (${response.status}).`);
  return z.object({ oidcToken: z.string() }).parse(await response.json()).oidcToken;
}

function post(
  run: Run,
  address: string,
  { bearer, body }: { bearer: string; body: unknown },
): Promise<Response> {
  return fetch(address, {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.any([run.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
  });
}

/** A tenant whose own application signs in: by a secret, a certificate, or the job's OIDC token where Entra trusts it. */
import { readFile } from 'node:fs/promises';
import { messageOf } from '../lib/errors.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import type { AccessToken } from '../pipeline/access-tokens.ts';
import { isJsonObject, type Json, type JsonObject } from '../pipeline/canonical-json.ts';
import { PIPELINE_ERROR_CODES } from '../pipeline/contract.ts';
import { StageError } from '../pipeline/stage.ts';
import { clientAssertion } from './client-assertion.ts';
import type { Job, ServicePrincipal } from './job.ts';
import { oidcToken } from './oidc-token.ts';

const REQUEST_TIMEOUT_MS = 30_000;
/** With the pauses between them some 15 s. */
const TRIES = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type Question = { job: Job; principal: ServicePrincipal; address: string; signal: AbortSignal };

export async function principalToken(
  job: Job,
  principal: ServicePrincipal,
  { directoryId, signal }: { directoryId: string; signal: AbortSignal },
): Promise<AccessToken> {
  const address = `${job.entraUrl}/${encodeURIComponent(directoryId)}/oauth2/v2.0/token`;
  const { status, body } = await askPatiently({ job, principal, address, signal });
  const { access_token: accessToken, expires_in: seconds, error_description: words } = body;
  if (typeof accessToken === 'string')
    return { accessToken, expiresAt: new Date(Date.now() + Number(seconds) * 1_000).toISOString() };
  throw noToken(
    `Entra gave application ${principal.clientId} no token for directory ${directoryId} (${status}): ` +
      `${typeof words === 'string' ? words : 'It gave no reason.'} Correct its credential and start another sync.`,
  );
}

const noToken = (message: string) => new StageError(PIPELINE_ERROR_CODES.tenantUnavailable, message);

type Answer = { status: number; body: JsonObject };

/** Entra may be too busy, or away for a moment: a deploy that has begun shall not end for that. */
async function askPatiently(question: Question): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(question);
    const isPassing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    if (!isPassing || attempt === TRIES) return answer;
    await pause(backOffMs(attempt, FIRST_PAUSE_MS, LONGEST_PAUSE_MS), question.signal);
    question.signal.throwIfAborted();
  }
}

/** Status 0: there was no answer. */
async function ask(question: Question): Promise<Answer> {
  const { principal, address, signal } = question;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: principal.clientId,
    scope: 'https://graph.microsoft.com/.default',
    ...(await proofOf(question)),
  });
  try {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'error',
      body: form,
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    const body = (await response.json().catch(() => null)) as Json;
    return { status: response.status, body: isJsonObject(body) ? body : {} };
  } catch (error) {
    signal.throwIfAborted();
    const words = `${address} could not be asked: ${messageOf(error)}.`;
    return { status: 0, body: { error_description: words } };
  }
}

async function proofOf({ job, principal, address, signal }: Question): Promise<Record<string, string>> {
  const { clientId, proof } = principal;
  if (proof.kind === 'secret') return { client_secret: proof.secret };
  const assertion =
    proof.kind === 'oidc'
      ? await oidcToken(job, signal)
      : await assertionFrom(proof.file, { clientId, audience: address });
  return { client_assertion_type: JWT_BEARER, client_assertion: assertion };
}

async function assertionFrom(file: string, given: { clientId: string; audience: string }): Promise<string> {
  try {
    return clientAssertion(await readFile(file, 'utf8'), given);
  } catch (error) {
    throw noToken(
      `The certificate ${file} of application ${given.clientId} cannot be used: ${messageOf(error)}. ` +
        'Give a PEM file with the certificate and its private key, and start another sync.',
    );
  }
}

/** Requests of a job to its Azure DevOps, with the job's own token. */
import { isJsonObject, type Json, type JsonObject } from '../pipeline/canonical-json.ts';
import { StageError } from '../pipeline/stage.ts';
import { backOffMs, pause } from '../lib/pause.ts';

export type AzureAccess = {
  /** Every path lies below it. */
  organizationUrl: string;
  accessToken: string;
  signal: AbortSignal;
};

export type AzureAsk = {
  /** Completes "asked to …" in error messages. */
  what: string;
  method?: 'GET' | 'POST';
  path: string;
  query?: Record<string, string>;
  accept?: string;
  body?: unknown;
};

export type AzureAnswer = { status: number; body: Buffer };

const API_VERSION = '7.1';
const MAX_TRIES = 6;
/** Azure delays throttled answers by up to 30 seconds, and a large push takes its time. */
const REQUEST_TIMEOUT_MS = 120_000;
const BUSY = [429, 500, 502, 503, 504];

/**
 * The answer, whatever its status. Busy answers and lost ones are asked for again: even a push is safe to repeat, since
 * it names the head that it is made for.
 */
export async function askAzure(access: AzureAccess, ask: AzureAsk): Promise<AzureAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    access.signal.throwIfAborted();
    try {
      const { answer, retryAfterMs } = await send(access, ask);
      if (!BUSY.includes(answer.status) || attempt === MAX_TRIES) return answer;
      await pause(Math.max(retryAfterMs, backOffMs(attempt, 500, 20_000)), access.signal);
    } catch (error) {
      access.signal.throwIfAborted();
      if (attempt === MAX_TRIES) throw unreachable(ask, error);
      await pause(backOffMs(attempt, 500, 20_000), access.signal);
    }
  }
}

/** Bytes of a good answer; a StageError in Azure's own words otherwise. */
export async function readBytes(access: AzureAccess, ask: AzureAsk): Promise<Buffer> {
  const answer = await askAzure(access, ask);
  if (answer.status >= 200 && answer.status < 300 && answer.status !== 203) return answer.body;
  throw refused(ask, answer);
}

export async function readObject(access: AzureAccess, ask: AzureAsk): Promise<JsonObject> {
  const value = jsonIn(await readBytes(access, ask));
  if (isJsonObject(value)) return value;
  throw new StageError('AZURE_DEVOPS', `Azure DevOps was asked to ${ask.what} and answered no JSON object.`);
}

/** The items of an answer `{count, value}`. */
export async function readItems(access: AzureAccess, ask: AzureAsk): Promise<JsonObject[]> {
  const { value } = await readObject(access, ask);
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function refused(ask: AzureAsk, { status, body }: AzureAnswer): StageError {
  const hint =
    status === 401 || status === 403 || status === 203
      ? ' Give the build service of this project the right to do it (Read, Contribute), and start another sync.'
      : ' Start another sync.';
  return new StageError(
    'AZURE_DEVOPS',
    `Azure DevOps answered ${status} when it was asked to ${ask.what}: ${wordsOf(body)}${hint}`,
  );
}

/** Azure's own message; empty when the answer is a page for people. */
export function wordsOf(body: Buffer): string {
  const value = jsonIn(body);
  return isJsonObject(value) && typeof value.message === 'string' ? value.message : 'It gave no reason.';
}

export const textIn = (object: JsonObject | undefined, key: string): string => {
  const value = object?.[key];
  return typeof value === 'string' ? value : '';
};

function jsonIn(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch {
    return null;
  }
}

async function send(access: AzureAccess, { method = 'GET', path, query, accept, body }: AzureAsk) {
  const search = new URLSearchParams({ ...query, 'api-version': API_VERSION });
  const response = await fetch(`${access.organizationUrl}/${path}?${search}`, {
    method,
    redirect: 'error',
    headers: {
      Authorization: `Bearer ${access.accessToken}`,
      Accept: accept ?? 'application/json',
      // Asks for 401 instead of a sign-in page.
      'X-TFS-FedAuthRedirect': 'Suppress',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.any([access.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
  });
  const answer: AzureAnswer = { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  return { answer, retryAfterMs: (Number(response.headers.get('retry-after')) || 0) * 1000 };
}

function unreachable({ what }: AzureAsk, error: unknown): StageError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words = cause instanceof Error ? cause.message : String(cause);
  return new StageError(
    'AZURE_DEVOPS',
    `Azure DevOps could not be asked to ${what}: ${words}. Start another sync.`,
  );
}

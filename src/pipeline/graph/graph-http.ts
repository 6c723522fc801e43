/** Requests to Microsoft Graph: batched reads, pages, and the patience that it asks for. */
import { backOffMs, pause } from '../../lib/pause.ts';
import type { AccessTokens } from '../access-tokens.ts';
import { isJsonObject, type Json, type JsonObject } from '../canonical-json.ts';
import { PIPELINE_ERROR_CODES } from '../contract.ts';
import { StageError } from '../stage.ts';

export type GraphAccess = {
  /** Ends reading; a write that has begun is brought to its end. */
  signal: AbortSignal;
  /** `https://graph.microsoft.com/v1.0`; plain HTTP only on this machine. */
  baseUrl: string;
  tokens: AccessTokens;
  log: (line: string) => void;
};

export type GraphRequest = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: JsonObject;
  /** Carried out twice, it leaves what once would: it is repeated when the answer is lost. */
  isRepeatable: boolean;
};
type Answer = { status: number; retryAfterMs: number | null; body: JsonObject | null };

/** Graph's own words for why it did not do something. */
export class GraphError extends Error {
  readonly status: number;
  constructor(request: string, status: number, words: string) {
    super(`Microsoft Graph answered ${status} to ${request}: ${words}`);
    this.status = status;
  }
}

/** No answer came: whether the request was carried out is unknown. */
export class AnswerLost extends Error {}

const answerLost = (request: string, words: string) =>
  new AnswerLost(
    `Microsoft Graph did not answer ${request}: ${words} Whether it was done is unknown; sync again to see.`,
  );

const NEVER = new AbortController().signal;
const REQUEST_TIMEOUT_MS = 100_000;
/** Graph takes no more requests in one batch. */
const BATCH_SIZE = 20;
/** Conditional access takes about one write a second: with Graph's own pauses, ten tries are minutes. */
const MAX_TRIES = 10;
const LONGEST_PAUSE_MS = 120_000;
/** Batches between two lines of a long read: some thousand objects. */
const LOG_EVERY = 5;

export function createGraphHttp(access: GraphAccess) {
  refuseForeignAddress(access.baseUrl);
  return {
    /** One request, repeated while Graph is too busy to take it. Throws GraphError, AnswerLost. */
    send: (request: GraphRequest) => send({ ...access, signal: NEVER }, request),
    /** Reads every page of every address, in batches; in the order of the addresses. */
    readAll: (paths: readonly string[]) => readAll(access, paths),
  };
}
export type GraphHttp = ReturnType<typeof createGraphHttp>;

async function send(access: GraphAccess, request: GraphRequest): Promise<JsonObject | null> {
  const what = `${request.method} ${request.path}`;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(access, request);
    if (answer.status >= 503 && answer.retryAfterMs === null && !request.isRepeatable)
      throw answerLost(what, errorWords(answer.body));
    if (!isBusy(answer) || attempt === MAX_TRIES) return bodyOf(answer, what);
    await wait(access, attempt, [answer]);
  }
}

async function readAll(access: GraphAccess, paths: readonly string[]): Promise<JsonObject[][]> {
  const read = paths.map((): JsonObject[] => []);
  let open = paths.map((path, index) => ({ path, index }));
  let batches = 0;
  for (let attempt = 1; open.length > 0;) {
    const batch = open.slice(0, BATCH_SIZE);
    const answers = await askBatch(
      access,
      batch.map(({ path }) => path),
    );
    const next: typeof open = [];
    for (const [position, { path, index }] of batch.entries()) {
      const answer = answers[position];
      if (!answer) throw new GraphError(`GET ${path}`, 502, 'The batch came back without its answer.');
      if (isBusy(answer) && attempt < MAX_TRIES) {
        next.push({ path, index });
        continue;
      }
      const page = bodyOf(answer, `GET ${path}`) ?? {};
      for (const item of itemsOf(page)) read[index]?.push(item);
      const link = page['@odata.nextLink'];
      if (typeof link === 'string') next.push({ path: pathOfLink(access, link), index });
    }
    const busy = answers.filter(isBusy);
    if (busy.length > 0) await wait(access, attempt, busy);
    attempt = busy.length > 0 ? attempt + 1 : 1;
    batches += 1;
    if (batches % LOG_EVERY === 0)
      access.log(`${read.reduce((sum, { length }) => sum + length, 0)} objects read so far.`);
    open = [...next, ...open.slice(BATCH_SIZE)];
  }
  return read;
}

/** A list's page, or the one object itself. */
const itemsOf = (page: JsonObject): JsonObject[] =>
  Array.isArray(page.value) ? page.value.filter(isJsonObject) : [page];

async function askBatch(access: GraphAccess, paths: string[]): Promise<Answer[]> {
  const requests = paths.map((url, index) => ({ id: String(index), method: 'GET', url }));
  const body = await send(access, {
    method: 'POST',
    path: '/$batch',
    body: { requests },
    isRepeatable: true,
  });
  const responses = Array.isArray(body?.responses) ? body.responses.filter(isJsonObject) : [];
  return paths.map((path, index) => {
    const response = responses.find(({ id }) => id === String(index));
    if (!response)
      throw new GraphError('POST /$batch', 502, `The answer holds nothing for GET ${path}. Sync again.`);
    const headers = isJsonObject(response.headers) ? response.headers : {};
    return {
      status: Number(response.status),
      retryAfterMs: retryAfterMs(headers['Retry-After'] ?? headers['retry-after']),
      body: isJsonObject(response.body) ? response.body : null,
    };
  });
}

/** What is refused for its token was not done: writes, too, are sent again with another. */
async function ask(access: GraphAccess, request: GraphRequest): Promise<Answer> {
  const token = await access.tokens.get();
  const answer = await askWith(token, access, request);
  if (answer.status !== 401) return answer;
  const another = await access.tokens.get(token);
  return another === token ? answer : askWith(another, access, request);
}

async function askWith(
  token: string,
  access: GraphAccess,
  { method, path, body, isRepeatable }: GraphRequest,
): Promise<Answer> {
  access.signal.throwIfAborted();
  try {
    const response = await fetch(`${access.baseUrl}${path}`, {
      method,
      redirect: 'error',
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: 'application/json',
        ...(body ? { 'Content-Type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([access.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    const text = await response.text();
    return {
      status: response.status,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      body: parsed(text),
    };
  } catch (error) {
    access.signal.throwIfAborted();
    if (isRepeatable)
      return { status: 503, retryAfterMs: null, body: { error: { message: wordsOf(error) } } };
    throw answerLost(`${method} ${path}`, wordsOf(error));
  }
}

/** Too busy to have begun, when it says when to come back: asking again is safe, for writes too. */
const isBusy = ({ status, retryAfterMs: after }: Answer) =>
  status === 429 || status === 503 || (status === 504 && after !== null);

async function wait(access: GraphAccess, attempt: number, answers: readonly Answer[]): Promise<void> {
  const asked = answers.flatMap(({ retryAfterMs: after }) => (after === null ? [] : [after]));
  const ms = Math.min(LONGEST_PAUSE_MS, Math.max(backOffMs(attempt, 250, 30_000), ...asked));
  if (ms > 5_000) access.log(`Microsoft Graph asks for a pause of ${Math.ceil(ms / 1000)} seconds.`);
  await pause(ms, access.signal);
  access.signal.throwIfAborted();
}

function bodyOf({ status, body }: Answer, request: string): JsonObject | null {
  if (status >= 200 && status < 300) return body;
  const words = errorWords(body);
  if (status === 401) {
    throw new StageError(
      PIPELINE_ERROR_CODES.tenantUnavailable,
      `The tenant refused the credential: ${words} Start another sync.`,
    );
  }
  throw new GraphError(request, status, words);
}

function errorWords(body: JsonObject | null): string {
  const error = isJsonObject(body?.error) ? body.error : {};
  return (
    [error.code, error.message].filter((part) => typeof part === 'string').join(': ') || 'It gave no reason.'
  );
}

function parsed(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Seconds, or a date. */
function retryAfterMs(value: Json | undefined): number | null {
  if ((typeof value !== 'string' && typeof value !== 'number') || value === '') return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(`${value}`) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** A page of another host would be handed the tenant's token. */
function pathOfLink({ baseUrl }: GraphAccess, link: string): string {
  if (link.startsWith(`${baseUrl}/`)) return link.slice(baseUrl.length);
  throw new GraphError('a list', 502, `The next page is at ${link}, which is not below ${baseUrl}.`);
}

function refuseForeignAddress(baseUrl: string): void {
  const { protocol, hostname } = new URL(baseUrl);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback)) return;
  throw new Error(`${baseUrl} is no safe address for a tenant's token: use https.`);
}

const wordsOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words = cause instanceof Error ? cause.message : String(cause);
  return words.replace(/\.?$/, '.');
};

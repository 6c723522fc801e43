import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import type { Logger } from '../lib/logger.ts';
import { messageOf, UpstreamError } from '../lib/errors.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import { retryAfterMs } from './azure-devops-error.ts';

export const ENTRA = 'Microsoft Entra ID';
const ENTRA_URL = 'https://login.microsoftonline.com/';

export type EntraOptions = {
  /** A stand-in on this machine that gets the requests instead; only loopback addresses are taken. */
  emulatorUrl?: string | undefined;
  logger: Logger;
  /** For one try; 30 s by default. */
  timeoutMs?: number;
  /** Pause before the first repetition; 500 ms by default. */
  retryBaseMs?: number;
};

export type EntraRefusal = { text: string; isPassing: boolean };

export type EntraNetwork = INetworkModule & {
  /** Entra's own last refusal (`AADSTS…`): MSAL drops it in the device-code flow. */
  lastRefusal(): EntraRefusal | null;
  /** Whether Entra said `slow_down` when it was last asked about a code. */
  wasTooFast(): boolean;
};

const TRIES = 3;
const MAX_PAUSE_MS = 10_000;

/**
 * MSAL's way to Entra, with what MSAL lacks: deadlines, repetition of what failed in passing, and patience while a
 * device code waits. Made anew for each sign-in, since it remembers what that one was answered.
 */
export function createEntraNetwork(options: EntraOptions): EntraNetwork {
  const base = baseUrl(options.emulatorUrl);
  let isTooFast = false;
  let refusal: EntraRefusal | null = null;

  const send = async (method: 'GET' | 'POST', url: string, request: NetworkRequestOptions) => {
    for (let attempt = 1; ; attempt++) {
      const answer = await once(place(url, base), method, request, options.timeoutMs ?? 30_000);
      if (!isPassing(answer) || attempt === TRIES) return answer;
      const waitMs = answer.retryAfterMs ?? backOffMs(attempt, options.retryBaseMs ?? 500, MAX_PAUSE_MS);
      if (waitMs > MAX_PAUSE_MS) return answer;
      options.logger.debug('A request to Entra is repeated.', { attempt, status: answer.status });
      await pause(waitMs);
    }
  };

  /** One question whether somebody signed in. What is not an answer counts as "not yet": MSAL gives up otherwise. */
  const poll = async (url: string, request: NetworkRequestOptions): Promise<Answer> => {
    const { cause: _cause, ...answer } = await once(
      place(url, base),
      'POST',
      request,
      options.timeoutMs ?? 30_000,
    );
    isTooFast = answer.error === 'slow_down';
    return isWaiting(answer) || isPassing(answer)
      ? { ...answer, status: 400, body: { error: 'authorization_pending' } }
      : answer;
  };

  const finish = <T>(answer: Answer): NetworkResponse<T> => {
    if (answer.cause !== undefined) throw unreachable(answer.cause);
    if (answer.error !== null && !isWaiting(answer)) {
      refusal = { text: answer.description ?? answer.error, isPassing: isPassing(answer) };
    }
    // MSAL names the shape that it asked for.
    return { status: answer.status, headers: answer.headers, body: answer.body as T };
  };

  return {
    sendGetRequestAsync: async (url, request = {}) => finish(await send('GET', url, request)),
    sendPostRequestAsync: async (url, request = {}) => {
      return finish(await (asksAboutCode(request) ? poll(url, request) : send('POST', url, request)));
    },
    lastRefusal: () => refusal,
    wasTooFast: () => isTooFast,
  };
}

/** Whether a request of MSAL's asks if somebody signed in with a device code. */
export const asksAboutCode = ({ body }: NetworkRequestOptions = {}): boolean =>
  new URLSearchParams(body ?? '').has('device_code');

type Answer = {
  /** 0: there was none. */
  status: number;
  headers: Record<string, string>;
  body: unknown;
  /** OAuth's word, and Entra's sentence. */
  error: string | null;
  description: string | null;
  retryAfterMs: number | null;
  cause?: unknown;
};

async function once(
  url: string,
  method: 'GET' | 'POST',
  request: NetworkRequestOptions,
  timeoutMs: number,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers: request.headers ?? {},
      ...(method === 'POST' ? { body: request.body ?? '' } : {}),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = parse(await response.text());
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body,
      error: textOf(body, 'error'),
      description: textOf(body, 'error_description'),
      retryAfterMs: retryAfterMs(response.headers.get('retry-after') ?? undefined),
    };
  } catch (cause) {
    return { status: 0, headers: {}, body: null, error: null, description: null, retryAfterMs: null, cause };
  }
}

/** Not an answer to the question: unreachable, too busy, or a page of something in between. */
function isPassing(answer: Answer): boolean {
  if (answer.status === 0 || answer.status === 429 || answer.status >= 500) return true;
  return (
    typeof answer.body !== 'object' || answer.body === null || answer.error === 'temporarily_unavailable'
  );
}

const isWaiting = ({ error }: Answer) => error === 'authorization_pending' || error === 'slow_down';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

function baseUrl(emulatorUrl: string | undefined): string {
  if (emulatorUrl === undefined) return ENTRA_URL;
  if (!LOOPBACK.has(new URL(emulatorUrl).hostname)) {
    throw new Error(
      `Tokens are never asked from ${emulatorUrl}: a stand-in for Entra must be on this machine.`,
    );
  }
  return `${emulatorUrl.replace(/\/+$/, '')}/`;
}

/** MSAL believes to speak to Entra; with a stand-in, nothing may go past it. */
function place(url: string, base: string): string {
  if (url.startsWith(ENTRA_URL)) return base + url.slice(ENTRA_URL.length);
  throw new Error(`${new URL(url).host} is not Entra.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function textOf(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : null;
}

function unreachable(cause: unknown): UpstreamError {
  return new UpstreamError(`Entra could not be reached (${messageOf(cause)}). Try again later.`, {
    system: ENTRA,
    isRetryable: true,
    cause,
  });
}

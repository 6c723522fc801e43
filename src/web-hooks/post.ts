/** Sends one message to one address, and says what came of it. It never throws, and never goes where it may not. */
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { retryAfterMs } from '../azure-devops/azure-devops-error.ts';
import { messageOf } from '../lib/errors.ts';
import type { Resolve } from './resolve-name.ts';
import { problemOfUrl, type Reach } from './target-address.ts';

/** `status` is the receiver's answer; null when there was none, and `error` says why. */
export type Answer = { status: number | null; error: string | null; retryAfterMs: number | null };

export type Post = (
  url: string,
  message: { headers: Readonly<Record<string, string>>; body: string },
  signal?: AbortSignal,
) => Promise<Answer>;

export type PostOptions = {
  reach: Reach;
  /** From looking the name up to the end of the answer. */
  withinMs: number;
  resolve: Resolve;
  /** Certificates that are trusted besides the usual ones. */
  ca?: string;
};

/** Read, so that the receiver can finish its answer; nothing of it is kept. */
const MOST_READ_BYTES = 16 * 1024;

export function createPost(options: PostOptions): Post {
  return async (url, message, signal) => {
    const problem = problemOfUrl(url, options.reach);
    if (problem !== null) return failed(`The address may not be used: ${problem}`);
    const tooLate = AbortSignal.timeout(options.withinMs);
    const signals = signal ? [tooLate, signal] : [tooLate];
    try {
      const response = await send(options, {
        url: new URL(url),
        ...message,
        signal: AbortSignal.any(signals),
      });
      await drain(response);
      return answerOf(response);
    } catch (error) {
      if (tooLate.aborted) return failed(`There was no answer within ${options.withinMs / 1_000} s.`);
      return failed(messageOf(error));
    }
  };
}

const LONGEST_ERROR = 500;
export const failed = (error: string): Answer => ({
  status: null,
  error: error.slice(0, LONGEST_ERROR),
  retryAfterMs: null,
});

type Sending = { url: URL; headers: Readonly<Record<string, string>>; body: string; signal: AbortSignal };

/** A connection of its own for each message, and no agent's: none is used again whose address was not checked. */
function send({ reach, resolve, ca }: PostOptions, sending: Sending): Promise<IncomingMessage> {
  const { url, body, signal } = sending;
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'tenant-sync',
    ...sending.headers,
  };
  const lookup = checkedLookup(reach, resolve);
  return new Promise((done, fail) => {
    request(url, { method: 'POST', headers, agent: false, lookup, signal, ...(ca !== undefined && { ca }) })
      .on('response', done)
      .on('error', fail)
      .end(body);
  });
}

/**
 * Hands the socket the addresses that were checked, and no others: a name that means something else a moment later
 * changes nothing. One forbidden address among them is enough to refuse, because no honest name has both kinds.
 */
function checkedLookup({ mayConnectTo }: Reach, resolve: Resolve): LookupFunction {
  return (hostname, { all }, done) => {
    const checked = async () => {
      const addresses = await resolve(hostname);
      const wrong = addresses.find(({ address }) => !mayConnectTo(address));
      if (wrong) throw new Error(`${hostname} leads to ${wrong.address}, which is not a public address.`);
      if (!addresses[0]) throw new Error(`${hostname} has no address.`);
      return { addresses, first: addresses[0] };
    };
    checked().then(
      ({ addresses, first }) => (all ? done(null, addresses) : done(null, first.address, first.family)),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), ''),
    );
  };
}

/** A receiver that dribbles or never ends has answered all the same. */
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_READ_BYTES) break;
    }
  } catch {
    response.destroy();
  }
}

function answerOf({ statusCode: status = 0, headers }: IncomingMessage): Answer {
  const wait = status === 429 || status === 503 ? retryAfterMs(headers['retry-after']) : null;
  return { status, error: problemOfStatus(status), retryAfterMs: wait };
}

function problemOfStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `The receiver answered ${status}. Redirects are not followed: give the address that it leads to.`;
  return `The receiver answered ${status}.`;
}

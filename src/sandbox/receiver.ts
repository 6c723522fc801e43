/** `POST /receiver`: takes what web hooks send, so that somebody new sees it arrive. It has no secret, and verifies nothing. */
import { isJsonObject, type Json } from '../pipeline/canonical-json.ts';
import type { Route } from './contract.ts';
import { readBody, sendJson } from './web.ts';

export const RECEIVER_PATH = '/receiver';
const MOST_KEPT = 100;

export type ReceivedMessage = {
  at: Date;
  /** The headers of Standard Webhooks. */
  id: string;
  timestamp: string;
  signature: string;
  type: string;
  tenant: string | null;
  body: Json;
  /** The status that it was answered with. */
  answered: number;
};
export type ReceiverAnswer = { status: number; retryAfterSeconds?: number | undefined };

export type Receiver = {
  route: Route;
  /** Newest first. */
  received(): readonly ReceivedMessage[];
  answerWith(answer: ReceiverAnswer): void;
};

const ACCEPTED: ReceiverAnswer = { status: 204 };

export function createReceiver(): Receiver {
  const kept: ReceivedMessage[] = [];
  let answer = ACCEPTED;
  return {
    received: () => kept,
    answerWith: (given) => void (answer = given),
    route: async (request, response, url) => {
      if (url.pathname !== RECEIVER_PATH || request.method !== 'POST') return false;
      const body = parsed(await readBody(request));
      if (body === null) return sendJson(response, 400, { error: 'The body is not valid JSON.' });
      const header = (name: string) => String(request.headers[name] ?? '');
      kept.unshift({
        at: new Date(),
        id: header('webhook-id'),
        timestamp: header('webhook-timestamp'),
        signature: header('webhook-signature'),
        type: textAt(body, 'type') ?? '?',
        tenant: textAt(body, 'data', 'tenant', 'displayName'),
        body,
        answered: answer.status,
      });
      kept.splice(MOST_KEPT);
      const { status, retryAfterSeconds } = answer;
      const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
      response.writeHead(status, headers).end();
      return true;
    },
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function textAt(value: Json | undefined, ...steps: string[]): string | null {
  const [step, ...rest] = steps;
  if (step === undefined) return typeof value === 'string' ? value : null;
  return isJsonObject(value) ? textAt(value[step], ...rest) : null;
}

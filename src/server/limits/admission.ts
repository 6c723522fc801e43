import type { IncomingMessage } from 'node:http';
import type { Authenticate } from '../../access/authenticate.ts';
import type { Viewer } from '../../access/viewer.ts';
import { messageOf, UpstreamError } from '../../lib/errors.ts';
import { clientAddress } from './client-address.ts';
import { createGuessLimit } from './key-guessing.ts';

/**
 * What became of a credential: whose it is, that there was none, that nobody has it, that too many were tried, or that
 * whoever knows it is away.
 */
export type Admitted =
  | { kind: 'viewer'; viewer: Viewer }
  | { kind: 'nobody' }
  | { kind: 'unknown' }
  | { kind: 'wait'; seconds: number }
  | { kind: 'away'; message: string };

type Unnamed = Exclude<Admitted, { kind: 'viewer' }>;

export type Admission = {
  /** How long this client has to wait before its next try; 0: it has not. */
  waitSeconds(request: IncomingMessage): number;
  /** A credential of another kind turned out to be wrong. */
  failed(request: IncomingMessage, credential: string): void;
  /** `credential`: what stands in the header `Authorization`, or the same from elsewhere. */
  admit(request: IncomingMessage, credential: string | undefined): Promise<Admitted>;
};

/** What nobody did is in no record, only counted: `count` is told of each request that named nobody. */
export function createAdmission(
  authenticate: Authenticate,
  { proxies, count }: { proxies: number; count: (why: Unnamed['kind']) => void },
): Admission {
  const guesses = createGuessLimit();
  const waitSeconds = (request: IncomingMessage) => guesses.waitSeconds(clientAddress(request, proxies));
  const failed = (request: IncomingMessage, credential: string) =>
    guesses.failed(clientAddress(request, proxies), credential);
  const admit = async (request: IncomingMessage, credential: string | undefined): Promise<Admitted> => {
    if (!credential?.trim()) return { kind: 'nobody' };
    const seconds = waitSeconds(request);
    if (seconds > 0) return { kind: 'wait', seconds };
    const viewer = await authenticate(credential).catch(awayOrThrow);
    if (viewer && 'kind' in viewer) return viewer;
    if (viewer) return { kind: 'viewer', viewer };
    failed(request, credential);
    return { kind: 'unknown' };
  };
  return {
    waitSeconds,
    failed,
    admit: async (request, credential) => {
      const who = await admit(request, credential);
      if (who.kind !== 'viewer') count(who.kind);
      return who;
    },
  };
}

function awayOrThrow(error: unknown): Extract<Admitted, { kind: 'away' }> {
  if (error instanceof UpstreamError) return { kind: 'away', message: messageOf(error) };
  throw error;
}

export const SAY_WHO_YOU_ARE =
  'Say who you are: send the header `Authorization: Bearer <key>` with a key that this API knows; over WebSocket, the same text as `authorization` in the payload of connection_init.';

/** As long as unknown keys of an issuer are not asked for again. */
const AWAY_SECONDS = 30;

export type Unadmitted = { status: number; code: string; message: string; headers: Record<string, string> };

/** How a request is answered whose credential names nobody. */
export function unadmitted(who: Unnamed): Unadmitted {
  switch (who.kind) {
    case 'wait':
      return {
        status: 429,
        code: 'TOO_MANY_WRONG_KEYS',
        message: `Too many different keys that nobody has were sent from this address. Send the right one in ${who.seconds} seconds.`,
        headers: { 'Retry-After': String(who.seconds) },
      };
    case 'away':
      return {
        status: 503,
        code: 'UPSTREAM_UNAVAILABLE',
        message: who.message,
        headers: { 'Retry-After': String(AWAY_SECONDS) },
      };
    case 'nobody':
    case 'unknown':
      return {
        status: 401,
        code: 'UNAUTHENTICATED',
        message: SAY_WHO_YOU_ARE,
        headers: { 'WWW-Authenticate': 'Bearer' },
      };
  }
}

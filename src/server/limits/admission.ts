import type { IncomingMessage } from 'node:http';
import type { Authenticate } from '../../access/authenticate.ts';
import type { Viewer } from '../../access/viewer.ts';
import { clientAddress } from './client-address.ts';
import { createGuessLimit } from './key-guessing.ts';

/** What became of a credential: whose it is, that there was none, that nobody has it, or that too many were tried. */
export type Admitted =
  | { kind: 'viewer'; viewer: Viewer }
  | { kind: 'nobody' }
  | { kind: 'unknown' }
  | { kind: 'wait'; seconds: number };

export type Admission = {
  /** How long this client has to wait before its next try; 0: it has not. */
  waitSeconds(request: IncomingMessage): number;
  /** A credential of another kind turned out to be wrong. */
  failed(request: IncomingMessage, credential: string): void;
  /** `credential`: what stands in the header `Authorization`, or the same from elsewhere. */
  admit(request: IncomingMessage, credential: string | undefined): Promise<Admitted>;
};

export function createAdmission(authenticate: Authenticate, { proxies }: { proxies: number }): Admission {
  const guesses = createGuessLimit();
  const waitSeconds = (request: IncomingMessage) => guesses.waitSeconds(clientAddress(request, proxies));
  const failed = (request: IncomingMessage, credential: string) =>
    guesses.failed(clientAddress(request, proxies), credential);
  return {
    waitSeconds,
    failed,
    admit: async (request, credential) => {
      if (!credential?.trim()) return { kind: 'nobody' };
      const seconds = waitSeconds(request);
      if (seconds > 0) return { kind: 'wait', seconds };
      const viewer = await authenticate(credential);
      if (viewer) return { kind: 'viewer', viewer };
      failed(request, credential);
      return { kind: 'unknown' };
    },
  };
}

export const tryAgainIn = (seconds: number) =>
  `Too many different keys that nobody has were sent from this address. Send the right one in ${seconds} seconds.`;

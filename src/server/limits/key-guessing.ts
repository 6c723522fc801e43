import { createHash } from 'node:crypto';

const MOST_WRONG_KEYS = 20;
const FORGET_AFTER_MS = 60_000;
/** Beyond it the address that failed longest ago is forgotten: about 10 MB at most. */
const MOST_ADDRESSES = 10_000;

type Failures = { since: number; keys: Set<string> };

/**
 * Who tries key after key is answered 429 until a minute has passed. Different keys are counted, so that a script with
 * a key that was revoked does not shut out everybody behind the same address.
 */
export type GuessLimit = {
  /** How many seconds to wait; 0: go on. */
  waitSeconds(address: string): number;
  failed(address: string, credential: string): void;
};

export function createGuessLimit(now: () => number = () => performance.now()): GuessLimit {
  const failures = new Map<string, Failures>();
  const current = (address: string): Failures | undefined => {
    const known = failures.get(address);
    if (!known || now() - known.since < FORGET_AFTER_MS) return known;
    failures.delete(address);
    return undefined;
  };
  return {
    waitSeconds: (address) => {
      const known = current(address);
      if (!known || known.keys.size < MOST_WRONG_KEYS) return 0;
      return Math.ceil((FORGET_AFTER_MS - (now() - known.since)) / 1_000);
    },
    failed: (address, credential) => {
      const known = current(address) ?? { since: now(), keys: new Set<string>() };
      if (known.keys.size < MOST_WRONG_KEYS) known.keys.add(fingerprintOf(credential));
      failures.delete(address);
      failures.set(address, known);
      const [oldest] = failures.keys();
      if (failures.size > MOST_ADDRESSES && oldest !== undefined) failures.delete(oldest);
    },
  };
}

const fingerprintOf = (credential: string) =>
  createHash('sha256').update(credential).digest('base64url').slice(0, 11);

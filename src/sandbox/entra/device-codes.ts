import { randomBytes, randomInt } from 'node:crypto';
import type { Account } from './directories.ts';

export type SignInState = 'pending' | 'approved' | 'declined' | 'expired' | 'redeemed';

export type DeviceCode = {
  /** A secret between the client and Entra. */
  deviceCode: string;
  /** What the person types. */
  userCode: string;
  clientId: string;
  scope: string;
  /** null: any directory (`organizations`, `common`). */
  directoryId: string | null;
  requestedAt: Date;
  expiresAt: Date;
  state: SignInState;
  account: Account | null;
};

// Without look-alikes: nobody shall have to guess between O and 0.
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const USER_CODE_LENGTH = 9;
/** Old codes are kept a while, so that the page can say what became of them. */
const MAX_CODES = 500;

/** The device codes that were given out; in memory, as a restart of Entra would be an outage anyway. */
export class DeviceCodes {
  readonly #codes = new Map<string, DeviceCode>();

  create(request: {
    clientId: string;
    scope: string;
    directoryId: string | null;
    lifetimeSeconds: number;
  }): DeviceCode {
    const { lifetimeSeconds, ...rest } = request;
    const now = Date.now();
    const code: DeviceCode = {
      ...rest,
      deviceCode: randomBytes(48).toString('base64url'),
      userCode: Array.from({ length: USER_CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
      requestedAt: new Date(now),
      expiresAt: new Date(now + lifetimeSeconds * 1000),
      state: 'pending',
      account: null,
    };
    this.#codes.set(code.userCode, code);
    const oldest = this.#codes.size > MAX_CODES ? this.#codes.keys().next().value : undefined;
    if (oldest !== undefined) this.#codes.delete(oldest);
    return code;
  }

  /** Newest first. */
  list(): DeviceCode[] {
    return [...this.#codes.values()].map(withExpiry).reverse();
  }

  byUserCode(typed: string): DeviceCode | null {
    const code = this.#codes.get(typed.replace(/[\s-]/g, '').toUpperCase());
    return code ? withExpiry(code) : null;
  }

  byDeviceCode(deviceCode: string): DeviceCode | null {
    const code = [...this.#codes.values()].find((candidate) => candidate.deviceCode === deviceCode);
    return code ? withExpiry(code) : null;
  }

  /** False when the code was answered before, or expired. */
  answer(
    code: DeviceCode,
    answer: { state: 'approved'; account: Account } | { state: 'declined' | 'expired' },
  ): boolean {
    if (withExpiry(code).state !== 'pending') return false;
    code.state = answer.state;
    code.account = answer.state === 'approved' ? answer.account : null;
    return true;
  }
}

function withExpiry(code: DeviceCode): DeviceCode {
  if (code.state === 'pending' && code.expiresAt.getTime() <= Date.now()) code.state = 'expired';
  return code;
}

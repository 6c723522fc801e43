/**
 * Signing in to a Microsoft 365 tenant for its pipeline. Refresh tokens stay in MSAL's cache, sealed in Postgres,
 * and never leave this room; device codes leave it only to be sealed, too.
 */
import type { TenantId } from '../lib/ids.ts';

/** `application`: the API's own app acts in the directory; `delegated`: a person signed in before, or has to. */
export type TenantAccount = {
  tenantId: TenantId;
  directoryId: string;
  authentication: 'application' | 'delegated';
};

export type TenantCredential =
  { kind: 'token'; accessToken: string; expiresAt: Date } | { kind: 'interaction_needed'; message: string };

export type SignInEnd =
  | { kind: 'signed_in' }
  /** `redeemed`: somebody signed in, and what Entra gave for it reached nobody: it gives it once. */
  | { kind: 'declined' | 'expired' | 'wrong_directory' | 'redeemed' | 'failed'; message: string };

/** `isTooFast`: every later pause has to be longer. */
export type SignInAnswer = SignInEnd | { kind: 'waiting'; isTooFast: boolean };

export type DeviceCode = {
  userCode: string;
  verificationUri: string;
  message: string;
  /** From now: the clocks of instances differ, and only the database's counts. */
  expiresInMs: number;
  askEveryMs: number;
  /** What any process needs to ask about it: Entra's whole answer. A secret. */
  flow: string;
};

export type TenantSignIn = {
  acquire(account: TenantAccount): Promise<TenantCredential>;
  requestCode(account: TenantAccount): Promise<DeviceCode>;
  /** Asks once whether somebody signed in, and keeps what Entra gives then. Never rejects. */
  askAboutCode(account: TenantAccount, flow: string): Promise<SignInAnswer>;
};

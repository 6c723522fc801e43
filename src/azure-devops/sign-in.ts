/**
 * Signing in to a Microsoft 365 tenant for its pipeline. Refresh tokens stay in MSAL's cache, sealed in Postgres,
 * and never leave this room; device codes are in memory only.
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
  | { kind: 'declined' | 'expired' | 'canceled' | 'wrong_directory' | 'failed'; message: string };

export type DeviceCodeFlow = {
  userCode: string;
  verificationUri: string;
  message: string;
  /** From now: the clocks of instances differ, and only the database's counts. */
  expiresInMs: number;
  /** Never rejects. */
  finished: Promise<SignInEnd>;
};

export type TenantSignIn = {
  acquire(account: TenantAccount): Promise<TenantCredential>;
  /** Resolves when Entra gave the code. The flow ends by itself after `withinMs`, or when the signal aborts. */
  startDeviceCode(
    account: TenantAccount,
    options: { withinMs: number; signal: AbortSignal },
  ): Promise<DeviceCodeFlow>;
};

/** A tenant's access token lives for an hour or so; a stage may work for longer. */
import type { CredentialGranted } from './contract.ts';

export type AccessToken = Pick<CredentialGranted, 'accessToken' | 'expiresAt'>;

export type AccessTokens = {
  /** The token for the next request. `refused`: one that the tenant did not take; the answer is another, if there is. */
  get(refused?: string): Promise<string>;
};

/** Less than the five minutes before the end in which MSAL gives out the same token no more. */
const RENEW_BEFORE_MS = 120_000;
/** A clock that is ahead must not let every request ask anew: what has really ended is refused, and renewed then. */
const LEAST_LIFE_MS = 5_000;

export function renewedTokens(first: AccessToken, renew: () => Promise<AccessToken>): AccessTokens {
  let present = dated(first);
  let renewing: Promise<void> | null = null;
  const take = async () => {
    present = dated(await renew());
  };
  return {
    async get(refused) {
      if (refused === present.accessToken || performance.now() >= present.renewAt)
        await (renewing ??= take().finally(() => {
          renewing = null;
        }));
      return present.accessToken;
    },
  };
}

function dated({ accessToken, expiresAt }: AccessToken) {
  const livesMs = Math.max(LEAST_LIFE_MS, Date.parse(expiresAt) - Date.now());
  return { accessToken, renewAt: performance.now() + livesMs - Math.min(RENEW_BEFORE_MS, livesMs / 2) };
}

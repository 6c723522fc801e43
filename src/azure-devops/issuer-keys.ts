import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { messageOf, UpstreamError } from '../lib/errors.ts';
import { backOffMs, pause } from '../lib/pause.ts';

const metadataShape = z.object({ issuer: z.string(), jwks_uri: z.url() });

const TIMEOUT_MS = 5_000;
/** Unknown key ids are fetched at most this often, so that forged tokens cannot make us ask without end. */
const COOLDOWN_MS = 30_000;
/** An issuer that fails in passing is asked again at once, and one that is away not by every job that asks us. */
const TRIES = 3;
const RETRY_BASE_MS = 100;
const FAILURE_KEPT_MS = 2_000;
/** Known keys go on working for so long while the issuer is away. */
const KEYS_MAX_AGE_MS = 24 * 3_600_000;
/** Organisations and directories that are served; beyond it the oldest is forgotten. */
const MOST_ISSUERS = 200;

/** The keys of an issuer, found through its own metadata. Ask only for issuers that are configured. */
export function createIssuerKeys(): (issuer: string) => Promise<JWTVerifyGetKey> {
  const known = new Map<string, Promise<JWTVerifyGetKey>>();
  return (issuer) => {
    const found = known.get(issuer);
    if (found) return found;
    const keys = discover(issuer);
    known.set(issuer, keys);
    // A failure is remembered briefly only.
    keys.catch(() => setTimeout(() => known.delete(issuer), FAILURE_KEPT_MS).unref());
    const [oldest] = known.keys();
    if (known.size > MOST_ISSUERS && oldest !== undefined) known.delete(oldest);
    return keys;
  };
}

async function discover(issuer: string, attempt = 1): Promise<JWTVerifyGetKey> {
  try {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const metadata = metadataShape.parse(await response.json());
    if (metadata.issuer !== issuer) throw new Error(`it calls itself ${metadata.issuer}`);
    const place = new URL(metadata.jwks_uri);
    if (place.protocol !== new URL(issuer).protocol) throw new Error(`its keys lie at ${place.protocol}//`);
    return createRemoteJWKSet(place, {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
    });
  } catch (error) {
    if (attempt < TRIES) {
      await pause(backOffMs(attempt, RETRY_BASE_MS, FAILURE_KEPT_MS));
      return discover(issuer, attempt + 1);
    }
    throw new UpstreamError(`The issuer ${issuer} could not be asked for its keys: ${messageOf(error)}.`, {
      system: 'OIDC issuer',
      isRetryable: true,
      cause: error,
    });
  }
}

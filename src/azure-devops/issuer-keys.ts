import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWTVerifyGetKey } from 'jose';
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
/** Known keys are fetched again after so long: one that the issuer withdrew stops working then. */
const FRESH_FOR_MS = 3_600_000;
/** Organisations and directories that are served; beyond it the oldest is forgotten. */
const MOST_ISSUERS = 200;

/**
 * The keys of an issuer, found through its own metadata. Ask only for issuers that are configured. They throw
 * UpstreamError when they are out of reach: whether a token is one of the issuer's is then not known.
 */
export function createIssuerKeys({ freshForMs = FRESH_FOR_MS } = {}): (
  issuer: string,
) => Promise<JWTVerifyGetKey> {
  const known = new Map<string, Promise<JWTVerifyGetKey>>();
  return (issuer) => {
    const found = known.get(issuer);
    if (found) return found;
    const keys = discover(issuer, freshForMs);
    known.set(issuer, keys);
    // A failure is remembered briefly only.
    keys.catch(() => setTimeout(() => known.delete(issuer), FAILURE_KEPT_MS).unref());
    const [oldest] = known.keys();
    if (known.size > MOST_ISSUERS && oldest !== undefined) known.delete(oldest);
    return keys;
  };
}

async function discover(issuer: string, freshForMs: number, attempt = 1): Promise<JWTVerifyGetKey> {
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
    return remoteKeys(issuer, place, freshForMs);
  } catch (error) {
    if (attempt === TRIES) throw outOfReach(issuer, error);
    await pause(backOffMs(attempt, RETRY_BASE_MS, FAILURE_KEPT_MS));
    return discover(issuer, freshForMs, attempt + 1);
  }
}

const outOfReach = (issuer: string, cause: unknown) =>
  new UpstreamError(
    `The keys of ${issuer} could not be fetched (${messageOf(cause)}). Try again in a minute.`,
    { system: 'OIDC issuer', isRetryable: true, cause },
  );

/** While the issuer is away, the keys that are known go on working, however old they are. */
function remoteKeys(issuer: string, place: URL, freshForMs: number): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(place, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: Infinity,
  });
  let freshUntil = performance.now() + freshForMs;
  return async (header, token) => {
    if (remote.jwks() && performance.now() >= freshUntil) {
      freshUntil = performance.now() + Math.min(COOLDOWN_MS, freshForMs);
      await remote.reload().then(
        () => (freshUntil = performance.now() + freshForMs),
        () => undefined,
      );
    }
    return remote(header, token).catch((error: unknown) => {
      throw isAboutToken(error) ? error : outOfReach(issuer, error);
    });
  };
}

/** Everything else that jose throws here, a status other than 200 too, means that the keys could not be read. */
const isAboutToken = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;

/** Only to know whose keys to ask for; the signature proves it afterwards. */
export function unprovenIssuer(token: string): string | null {
  try {
    return decodeProtectedHeader(token).alg === 'RS256' ? (decodeJwt(token).iss ?? null) : null;
  } catch {
    return null;
  }
}

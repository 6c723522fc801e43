import { decodeJwt, type JWTPayload } from 'jose';
import type { SandboxIdentity } from '../contract.ts';
import { personNamed, servicePrincipal, type Identity } from './identity.ts';

export type Caller = { identity: Identity; token: string };
export type CallerVerdict =
  | { kind: 'known'; caller: Caller }
  | { kind: 'anonymous' }
  /** A scheme or a token that no Azure DevOps would take. */
  | { kind: 'refused'; why: string };

/** Whom to ask about a bearer token: running jobs have tokens of their own, the others are Entra's. */
export type TokenJudges = {
  now: Date;
  jobIdentity(token: string): Identity | null;
  identify: ((bearer: string) => Promise<SandboxIdentity | null>) | undefined;
};

const refused = (why: string): CallerVerdict => ({ kind: 'refused', why });

/** Who sends a request. */
export async function callerOf(
  authorization: string | undefined,
  judges: TokenJudges,
): Promise<CallerVerdict> {
  if (!authorization) return { kind: 'anonymous' };
  const [scheme = '', token = ''] = authorization.trim().split(/\s+/, 2);
  if (!token) return refused('The Authorization header holds no token.');
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return bearer(token, judges);
    case 'basic':
      return personalAccessToken(token);
    default:
      return refused(`The authentication scheme ${scheme} is not supported.`);
  }
}

async function bearer(token: string, judges: TokenJudges): Promise<CallerVerdict> {
  const job = judges.jobIdentity(token);
  if (job) return { kind: 'known', caller: { identity: job, token } };
  if (!judges.identify) return unverified(token, judges.now);
  const known = await judges.identify(token);
  if (!known) return refused('The access token was not issued here, or it has expired.');
  const identity = known.isService
    ? servicePrincipal(known.displayName, known.id)
    : personNamed(known.displayName);
  return { kind: 'known', caller: { identity, token } };
}

/** Where nobody judges tokens, what they claim is believed. */
function unverified(token: string, now: Date): CallerVerdict {
  const claims = claimsOf(token);
  if (claims?.exp !== undefined && claims.exp * 1000 <= now.getTime())
    return refused('The access token has expired.');
  const identity = claims ? identityOf(claims) : servicePrincipal('Sandbox caller', 'opaque-token');
  return { kind: 'known', caller: { identity, token } };
}

function personalAccessToken(encoded: string): CallerVerdict {
  const plain = Buffer.from(encoded, 'base64').toString('utf8');
  const separator = plain.indexOf(':');
  const token = plain.slice(separator + 1);
  if (separator < 0 || !token) return refused('The personal access token is empty.');
  const name = plain.slice(0, separator);
  return { kind: 'known', caller: { identity: personNamed(name || 'Sandbox Administrator'), token } };
}

function claimsOf(token: string): JWTPayload | null {
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}

function identityOf(claims: JWTPayload): Identity {
  const text = (claim: string) => (typeof claims[claim] === 'string' ? claims[claim] : undefined);
  const appId = text('appid') ?? text('azp');
  const isPerson =
    text('scp') !== undefined || text('preferred_username') !== undefined || text('upn') !== undefined;
  if (appId && (text('idtyp') === 'app' || !isPerson)) {
    return servicePrincipal(text('app_displayname') ?? text('name') ?? appId, text('oid') ?? appId);
  }
  return personNamed(text('name') ?? text('preferred_username') ?? text('upn') ?? text('oid') ?? 'Unknown');
}

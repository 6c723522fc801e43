import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { isGraph } from './app-registrations.ts';
import type { Account } from './directories.ts';

const ALGORITHM = 'RS256';
const REFRESH_AUDIENCE = 'refresh-tokens-of-the-sandbox';
/** Real ones die after 90 days without use. */
const REFRESH_TOKEN_DAYS = 90;
const ACCESS_TOKEN_SECONDS = 3600;

export type RefreshGrant = { objectId: string; directoryId: string; clientId: string; generation: number };

/** Who acts: a person through an app, or an app by itself. */
export type Holder =
  | { kind: 'person'; account: Account; clientId: string }
  | { kind: 'application'; clientId: string; objectId: string; displayName: string };

/** Signs and reads tokens with one key pair, kept so that tokens survive a restart. */
export type Tokens = {
  access(holder: Holder, directoryId: string, audience: string): Promise<string>;
  identity(account: Account, clientId: string): Promise<string>;
  refresh(grant: RefreshGrant): Promise<string>;
  /** null: not one of ours, or expired. */
  readAccess(token: string): Promise<JWTPayload | null>;
  readRefresh(token: string): Promise<RefreshGrant | null>;
  publicKeys(): { keys: JWK[] };
  /** From now on tokens for tenants live only so long; null: as long as any. */
  letTenantTokensLive(seconds: number | null): void;
  /** What is told of the life of a token for this audience, when it is no shorter. */
  secondsOf(audience: string, told: number): number;
};

export async function newPrivateKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: ALGORITHM, use: 'sig' };
}

export async function createTokens(
  privateJwk: JWK,
  issuerOf: (directoryId: string) => string,
): Promise<Tokens> {
  const { kty, n, e, kid, alg, use } = privateJwk;
  const publicJwk: JWK = Object.fromEntries(
    Object.entries({ kty, n, e, kid, alg, use }).filter(([, part]) => part),
  );
  const privateKey = await importJWK(privateJwk, ALGORITHM);
  const publicKey = await importJWK(publicJwk, ALGORITHM);

  const sign = (claims: JWTPayload, directoryId: string, audience: string, lifetime: string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: privateJwk.kid ?? '' })
      .setIssuer(issuerOf(directoryId))
      .setAudience(audience)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime(lifetime)
      .setJti(randomUUID())
      .sign(privateKey);
  const read = async (token: string, audience?: string): Promise<JWTPayload | null> => {
    try {
      const options = { algorithms: [ALGORITHM], ...(audience ? { audience } : {}) };
      return (await jwtVerify(token, publicKey, options)).payload;
    } catch {
      return null;
    }
  };
  let tenantSeconds: number | null = null;
  const secondsOf = (audience: string, told: number) =>
    isGraph(audience) ? Math.min(told, tenantSeconds ?? told) : told;
  return {
    secondsOf,
    letTenantTokensLive: (seconds) => void (tenantSeconds = seconds),
    access: (holder, directoryId, audience) =>
      sign(
        { ...claimsOf(holder), tid: directoryId, ver: '2.0' },
        directoryId,
        audience,
        `${secondsOf(audience, ACCESS_TOKEN_SECONDS)}s`,
      ),
    identity: (account, clientId) =>
      sign(
        { ...personClaims(account), tid: account.directoryId, ver: '2.0' },
        account.directoryId,
        clientId,
        '1h',
      ),
    refresh: ({ directoryId, ...grant }) =>
      sign({ ...grant, tid: directoryId }, directoryId, REFRESH_AUDIENCE, `${REFRESH_TOKEN_DAYS}d`),
    async readAccess(token) {
      const claims = await read(token);
      return claims && claims.aud !== REFRESH_AUDIENCE ? claims : null;
    },
    async readRefresh(token) {
      const claims = await read(token, REFRESH_AUDIENCE);
      if (!claims) return null;
      const { objectId, clientId, tid, generation } = claims;
      return {
        objectId: String(objectId),
        clientId: String(clientId),
        directoryId: String(tid),
        generation: Number(generation),
      };
    },
    publicKeys: () => ({ keys: [publicJwk] }),
  };
}

const personClaims = ({ objectId, displayName, userName }: Account): JWTPayload => ({
  oid: objectId,
  sub: objectId,
  name: displayName,
  preferred_username: userName,
});

function claimsOf(holder: Holder): JWTPayload {
  if (holder.kind === 'person') {
    const { clientId, account } = holder;
    return {
      ...personClaims(account),
      appid: clientId,
      azp: clientId,
      scp: 'user_impersonation',
      idtyp: 'user',
    };
  }
  const { clientId, objectId, displayName } = holder;
  return {
    oid: objectId,
    sub: objectId,
    appid: clientId,
    azp: clientId,
    app_displayname: displayName,
    name: displayName,
    idtyp: 'app',
    roles: [],
  };
}

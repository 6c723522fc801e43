/** A stand-in for login.microsoftonline.com whose keys change and which goes away when a test says so. */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { createEntraCallers, type EntraCallerOptions } from '../../src/access/entra-callers.ts';
import type { Db } from '../../src/database/database.ts';
import { json, serve } from '../azure-devops/small-server.ts';
import { silent } from '../support/silent.ts';

export type TokenIssuer = Awaited<ReturnType<typeof startTokenIssuer>>;

export const seconds = () => Math.floor(Date.now() / 1_000);

export async function startTokenIssuer() {
  const [home, guest, oid] = [randomUUID(), randomUUID(), randomUUID()];
  const newKey = async (kid: string) => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    return {
      kid,
      privateKey,
      jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } as JWK,
    };
  };
  let key = await newKey('k1');
  let away: 'nothing' | 'keys' | 'everything' = 'nothing';
  const { url, seen } = await serve((response, { url: path }) => {
    const directory = path.split('/')[1] ?? '';
    if (away === 'everything' || (away === 'keys' && path.endsWith('/keys'))) return json(response, 503, {});
    if (path.endsWith('/keys')) return json(response, 200, { keys: [key.jwk] });
    json(response, 200, {
      issuer: `${url}/${directory}/v2.0`,
      jwks_uri: `${url}/${directory}/keys`,
    });
  });
  const sign = (claims: JWTPayload = {}, { kid = key.kid, alg = 'RS256', by = key.privateKey } = {}) =>
    new SignJWT({
      iss: `${url}/${home}/v2.0`,
      aud: 'api',
      tid: home,
      oid,
      sub: oid,
      azp: 'a-client',
      name: 'Ada',
      scp: 'openid access_as_user',
      exp: seconds() + 600,
      nbf: seconds(),
      ...claims,
    })
      .setProtectedHeader({ alg, kid })
      .sign(by);
  return {
    ...{ url, seen, sign, home, guest, oid },
    callers: (db: Db, more: Partial<EntraCallerOptions> = {}) =>
      createEntraCallers({
        db,
        logger: silent,
        directories: [home, guest],
        audience: 'api',
        scope: 'access_as_user',
        authority: url,
        ...more,
      }),
    keysAsked: () => seen.filter(({ url: path }) => path.endsWith('/keys')).length,
    /** Entra signs with another key from now on, and has withdrawn the one before. */
    rotate: async () => void (key = await newKey(randomUUID())),
    goAway: (what: typeof away) => void (away = what),
  };
}

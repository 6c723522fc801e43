import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { newGuid } from './guid.ts';

/** Signs the tokens by which a job proves to others who it is. */
export type OidcIssuer = {
  /** The public half, for `.well-known/jwks`. */
  publicKey: JWK;
  sign(token: {
    issuer: string;
    audience: string;
    subject: string;
    claims: Record<string, string>;
  }): Promise<string>;
};

const ALGORITHM = 'RS256';
const LIFETIME = '10m';

/** One key for the sandbox, kept in its data folder, so that what it signed before a restart stays valid. */
export async function openOidcIssuer(folder: string): Promise<OidcIssuer> {
  const stored = await loadOrCreateKey(join(folder, 'oidc-key.json'));
  const key = await importJWK(stored, ALGORITHM);
  const { kty, n, e, kid } = stored;
  const publicKey: JWK = { kty, n, e, kid, use: 'sig', alg: ALGORITHM } as JWK;
  return {
    publicKey,
    sign: ({ issuer, audience, subject, claims }) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, kid: stored.kid ?? '', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setJti(newGuid())
        .setIssuedAt()
        .setNotBefore('0s')
        .setExpirationTime(LIFETIME)
        .sign(key),
  };
}

async function loadOrCreateKey(path: string): Promise<JWK> {
  const text = await readFile(path, 'utf8').catch(() => null);
  // Only this program writes the file.
  if (text) return JSON.parse(text) as JWK;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const key: JWK = { ...(await exportJWK(privateKey)), kid: newGuid() };
  await writeFile(path, JSON.stringify(key), { mode: 0o600 });
  return key;
}

import { constants, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';

const LIVES_SECONDS = 600;

/** Proves to Entra that the bearer has the key of a certificate: a token about itself (RFC 7523), signed with it. */
export function clientAssertion(pem: string, { clientId, audience }: { clientId: string; audience: string }) {
  const certificate = new X509Certificate(pem);
  const key = createPrivateKey(pem);
  if (!certificate.checkPrivateKey(key)) throw new Error('the private key is not that of its certificate');
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex');
  const now = Math.floor(Date.now() / 1_000);
  const parts = [
    { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint.toString('base64url') },
    { aud: audience, iss: clientId, sub: clientId, jti: randomUUID(), nbf: now, exp: now + LIVES_SECONDS },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return `${text}.${sign('sha256', Buffer.from(text), { key, padding, saltLength }).toString('base64url')}`;
}

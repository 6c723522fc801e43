/** Applications that a tenant registered itself, so that its pipeline signs in without the API's. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { EntraError } from './entra-error.ts';

export type TenantApp = {
  clientId: string;
  displayName: string;
  directoryId: string;
  /** By what it proves that it is itself; each of them may be absent. */
  secret?: string | undefined;
  /** PEM. */
  certificate?: string | undefined;
  /** Subject of the tokens of Azure DevOps that are believed. */
  subject?: string | undefined;
};

/** Audience of the tokens that Azure DevOps makes for Entra. */
const FEDERATION = 'api://AzureADTokenExchange';

/** Throws what Entra says of a proof that is none. `ownUrl`: of the sandbox, whose Azure DevOps alone is believed. */
export async function proveTenantApp(app: TenantApp, form: URLSearchParams, ownUrl: string): Promise<void> {
  const assertion = form.get('client_assertion');
  if (assertion === null) return proveBySecret(app, form.get('client_secret'));
  const { iss = '' } = decodeClaims(assertion);
  await (iss === app.clientId
    ? proveByCertificate(app, assertion)
    : proveByFederation(app, assertion, { issuer: iss, ownUrl }));
}

function proveBySecret({ clientId, secret }: TenantApp, given: string | null): void {
  if (secret !== undefined && given === secret) return;
  throw refused(7000215, `Invalid client secret provided for the app '${clientId}'.`);
}

async function proveByCertificate(
  { clientId, certificate, directoryId }: TenantApp,
  assertion: string,
): Promise<void> {
  const words = `Client assertion contains an invalid signature for the app '${clientId}'. The key was not found by its thumbprint.`;
  const isRight = await isVerified(async () => {
    const registered = new X509Certificate(certificate ?? '');
    const { payload, protectedHeader } = await jwtVerify(
      assertion,
      createPublicKey(registered.publicKey.export({ type: 'spki', format: 'pem' })),
      {
        algorithms: ['PS256'],
        ...{ issuer: clientId, subject: clientId, requiredClaims: ['exp', 'jti'] },
      },
    );
    const thumbprint = Buffer.from(registered.fingerprint256.replaceAll(':', ''), 'hex').toString(
      'base64url',
    );
    return (
      protectedHeader['x5t#S256'] === thumbprint &&
      String(payload.aud).endsWith(`/${directoryId}/oauth2/v2.0/token`)
    );
  });
  if (!isRight) throw refused(700027, words);
}

async function proveByFederation(
  { clientId, subject = '' }: TenantApp,
  assertion: string,
  { issuer, ownUrl }: { issuer: string; ownUrl: string },
): Promise<void> {
  const words = `No matching federated identity record found for the assertion presented by '${clientId}'.`;
  const isRight = await isVerified(async () => {
    if (subject === '' || !issuer.startsWith(`${ownUrl}/`)) return false;
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks`));
    await jwtVerify(assertion, keys, { issuer, subject, audience: FEDERATION });
    return true;
  });
  if (!isRight) throw refused(700213, words);
}

const isVerified = (verify: () => Promise<boolean>) => verify().catch(() => false);

function decodeClaims(assertion: string) {
  try {
    return decodeJwt(assertion);
  } catch {
    return {};
  }
}

const refused = (code: number, words: string) =>
  new EntraError('invalid_client', code, words, { status: 401 });

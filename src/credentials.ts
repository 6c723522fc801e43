/** By what the service signs in: one of five ways, checked as a whole at the start. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AppCredential } from './azure-devops/entra-apps.ts';
import type { ServiceCredential } from './azure-devops/service-credential.ts';
import { messageOf } from './lib/errors.ts';

export type CredentialSettings = {
  ENTRA_DIRECTORY_ID?: string | undefined;
  ENTRA_CLIENT_ID?: string | undefined;
  ENTRA_CLIENT_SECRET?: string | undefined;
  ENTRA_CLIENT_CERTIFICATE_FILE?: string | undefined;
  ENTRA_FEDERATED_TOKEN_FILE?: string | undefined;
  ENTRA_MANAGED_IDENTITY?: string | undefined;
  AZURE_DEVOPS_PAT?: string | undefined;
};

const APP_WAYS = [
  'ENTRA_CLIENT_SECRET',
  'ENTRA_CLIENT_CERTIFICATE_FILE',
  'ENTRA_FEDERATED_TOKEN_FILE',
] as const;
const WAYS = [...APP_WAYS, 'ENTRA_MANAGED_IDENTITY', 'AZURE_DEVOPS_PAT'] as const;

/** What is missing or wrong, a line each; never with a value of a secret. */
export function credentialProblems(given: CredentialSettings): string[] {
  const ways = WAYS.filter((name) => given[name]);
  if (ways.length === 0)
    return [
      ...appProblems(given, 'ENTRA_CLIENT_SECRET'),
      'ENTRA_CLIENT_SECRET is missing: the service needs one way to sign in to Azure DevOps: ' +
        `${WAYS.slice(0, -1).join(', ')} or, for development, AZURE_DEVOPS_PAT`,
    ];
  if (ways.length > 1)
    return [`${ways.join(' and ')} are given: the service signs in one way, remove the others`];
  const [way] = ways;
  if (!APP_WAYS.some((name) => name === way)) return [];
  return [...appProblems(given, String(way)), ...fileProblems(given)];
}

const appProblems = (given: CredentialSettings, way: string) =>
  (['ENTRA_DIRECTORY_ID', 'ENTRA_CLIENT_ID'] as const)
    .filter((name) => !given[name])
    .map((name) => `${name} is missing: ${way} needs to know whose app registration it is`);

function fileProblems(given: CredentialSettings): string[] {
  const { ENTRA_CLIENT_CERTIFICATE_FILE: certificate, ENTRA_FEDERATED_TOKEN_FILE: token } = given;
  return [
    ...(certificate ? problemOf('ENTRA_CLIENT_CERTIFICATE_FILE', () => readCertificate(certificate)) : []),
    ...(token ? problemOf('ENTRA_FEDERATED_TOKEN_FILE', () => readFileSync(token)) : []),
  ];
}

function problemOf(name: string, read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [`${name} is wrong: ${messageOf(error)}`];
  }
}

function readCertificate(path: string): { certificate: string; privateKey: string } {
  const pem = readFileSync(path, 'utf8');
  const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
  const [privateKey] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^-]+-----END \1-----/.exec(pem) ?? [];
  if (!certificate || !privateKey)
    throw new Error(`${path} must hold a certificate and its private key, both as PEM`);
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(privateKey)))
    throw new Error(`the private key in ${path} is not that of its certificate`);
  if (new Date(parsed.validTo) < new Date())
    throw new Error(`the certificate in ${path} ended on ${parsed.validTo}`);
  return { certificate, privateKey };
}

/** The API's own app registration; null when it signs in without one. `credentialProblems` found none before. */
export function appCredential(given: CredentialSettings): (AppCredential & { directoryId: string }) | null {
  const { ENTRA_DIRECTORY_ID: directoryId, ENTRA_CLIENT_ID: clientId } = given;
  if (!directoryId || !clientId) return null;
  const app = { directoryId, clientId };
  if (given.ENTRA_CLIENT_SECRET)
    return { ...app, kind: 'client_secret', clientSecret: given.ENTRA_CLIENT_SECRET };
  if (given.ENTRA_CLIENT_CERTIFICATE_FILE)
    return { ...app, kind: 'certificate', ...readCertificate(given.ENTRA_CLIENT_CERTIFICATE_FILE) };
  if (given.ENTRA_FEDERATED_TOKEN_FILE)
    return { ...app, kind: 'federation', assertionFile: given.ENTRA_FEDERATED_TOKEN_FILE };
  return null;
}

export function serviceCredential(given: CredentialSettings): ServiceCredential {
  const { ENTRA_MANAGED_IDENTITY: identity } = given;
  if (identity) return { kind: 'managed_identity', clientId: identity === 'system' ? null : identity };
  return appCredential(given) ?? { kind: 'personal_access_token', token: given.AZURE_DEVOPS_PAT ?? '' };
}

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  AuthError,
  ClientAuthErrorCodes,
  ConfidentialClientApplication,
  type ICachePlugin,
  type INetworkModule,
  PublicClientApplication,
} from '@azure/msal-node';
import { messageOf, UpstreamError } from '../lib/errors.ts';
import { ENTRA } from './entra-network.ts';

/** A confidential app, by what proves that it is itself. */
export type AppCredential = { clientId: string } & (
  | { kind: 'client_secret'; clientSecret: string }
  /** Both as PEM. */
  | { kind: 'certificate'; certificate: string; privateKey: string }
  /** A token of another issuer that Entra trusts; whoever writes the file renews it. */
  | { kind: 'federation'; assertionFile: string }
);

type AppOptions = { directoryId: string; network: INetworkModule; cache?: ICachePlugin };

/** MSAL's apps hold one directory's tokens and live as briefly as the caller likes; what lasts is in the cache. */
export function confidentialApp(
  credential: AppCredential,
  options: AppOptions,
): ConfidentialClientApplication {
  const authority = authorityOf(options.directoryId);
  return new ConfidentialClientApplication({
    auth: { clientId: credential.clientId, authority, ...proofOf(credential) },
    ...common(options),
  });
}

function proofOf(credential: AppCredential) {
  switch (credential.kind) {
    case 'client_secret':
      return { clientSecret: credential.clientSecret };
    case 'certificate': {
      const { certificate: x5c, privateKey } = credential;
      const thumbprintSha256 = new X509Certificate(x5c).fingerprint256.replaceAll(':', '');
      return { clientCertificate: { thumbprintSha256, privateKey, x5c } };
    }
    case 'federation':
      // Read at each use: it lives for minutes.
      return { clientAssertion: async () => (await readFile(credential.assertionFile, 'utf8')).trim() };
  }
}

export function publicApp(clientId: string, options: AppOptions): PublicClientApplication {
  return new PublicClientApplication({
    auth: { clientId, authority: authorityOf(options.directoryId) },
    ...common(options),
  });
}

const authorityOf = (directoryId: string) =>
  `https://login.microsoftonline.com/${encodeURIComponent(directoryId)}`;

const common = ({ network, cache }: AppOptions) => ({
  system: { networkClient: network, disableInternalRetries: true },
  ...(cache ? { cache: { cachePlugin: cache } } : {}),
});

const PASSING = new Set<string>([
  ClientAuthErrorCodes.networkError,
  ClientAuthErrorCodes.endpointResolutionError,
  'temporarily_unavailable',
  'server_error',
]);

/** Entra's own text stays as it is: its AADSTS number is what people search for. */
export function entraError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const code = error instanceof AuthError ? error.errorCode : '';
  const text = error instanceof AuthError ? error.errorMessage : messageOf(error);
  return new UpstreamError(text || code || 'Entra gave no reason.', {
    system: ENTRA,
    isRetryable: PASSING.has(code),
    cause: error,
  });
}

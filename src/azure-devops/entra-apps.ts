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

/** A confidential app by its secret; certificates, federation and managed identities will be further kinds. */
export type AppCredential = { kind: 'client_secret'; clientId: string; clientSecret: string };

type AppOptions = { directoryId: string; network: INetworkModule; cache?: ICachePlugin };

/** MSAL's apps hold one directory's tokens and live as briefly as the caller likes; what lasts is in the cache. */
export function confidentialApp(
  credential: AppCredential,
  options: AppOptions,
): ConfidentialClientApplication {
  const { clientId, clientSecret } = credential;
  return new ConfidentialClientApplication({
    auth: { clientId, clientSecret, authority: authorityOf(options.directoryId) },
    ...common(options),
  });
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

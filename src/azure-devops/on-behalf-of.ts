import { UpstreamError } from '../lib/errors.ts';
import { type AppCredential, confidentialApp, entraError } from './entra-apps.ts';
import { createEntraNetwork, ENTRA, type EntraOptions } from './entra-network.ts';
import type { PersonToken } from './port.ts';
import { AZURE_DEVOPS_RESOURCE } from './service-credential.ts';

/** Exchanges the token with which a person called us for one with which we may act as that person in Azure DevOps. */
export type OnBehalfOf = (assertion: string) => Promise<PersonToken>;

/** Nothing is kept here: the caller decides how long the token may live. */
export function createOnBehalfOf(
  credential: AppCredential & { directoryId: string },
  entra: EntraOptions,
): OnBehalfOf {
  return async (oboAssertion) => {
    const app = confidentialApp(credential, {
      directoryId: credential.directoryId,
      network: createEntraNetwork(entra),
    });
    const scopes = [`${AZURE_DEVOPS_RESOURCE}/user_impersonation`];
    const result = await app.acquireTokenOnBehalfOf({ oboAssertion, scopes }).catch((error: unknown) => {
      throw entraError(error);
    });
    if (!result?.accessToken || !result.expiresOn)
      throw new UpstreamError('Entra gave no token for the person.', { system: ENTRA, isRetryable: true });
    return { accessToken: result.accessToken, expiresAt: result.expiresOn.toISOString() };
  };
}

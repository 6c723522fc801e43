import { ManagedIdentityApplication } from '@azure/msal-node';
import { type AppCredential, confidentialApp, entraError } from './entra-apps.ts';
import { createEntraNetwork, type EntraOptions } from './entra-network.ts';
import type { TokenSource } from './token-source.ts';

/** By what the service is known to Azure DevOps. A personal access token is for development only. */
export type ServiceCredential =
  | (AppCredential & { directoryId: string })
  /** `clientId` null: the machine's own identity; else one that was assigned to it. */
  | { kind: 'managed_identity'; clientId: string | null }
  | { kind: 'personal_access_token'; token: string };

/** Azure DevOps, as a resource of Entra. */
export const AZURE_DEVOPS_RESOURCE = '499b84ac-1321-427f-aa17-267ca6975798';

export function createTokenSource(credential: ServiceCredential, entra: EntraOptions): TokenSource {
  switch (credential.kind) {
    case 'personal_access_token': {
      const basic = `Basic ${Buffer.from(`:${credential.token}`).toString('base64')}`;
      return { authorization: () => Promise.resolve(basic) };
    }
    case 'managed_identity':
      return renewedOnce(managedIdentityTokens(credential.clientId));
    case 'client_secret':
    case 'certificate':
    case 'federation':
      return renewedOnce(appTokens(credential, entra));
  }
}

type Acquire = (fresh: boolean) => Promise<string>;

function appTokens(credential: AppCredential & { directoryId: string }, entra: EntraOptions): Acquire {
  const network = createEntraNetwork(entra);
  const app = confidentialApp(credential, { directoryId: credential.directoryId, network });
  const scopes = [`${AZURE_DEVOPS_RESOURCE}/.default`];
  return async (skipCache) =>
    (await app.acquireTokenByClientCredential({ scopes, skipCache }))?.accessToken ?? '';
}

/** The machine's own endpoint answers, which MSAL finds; Entra is not asked by us. */
function managedIdentityTokens(clientId: string | null): Acquire {
  const app = new ManagedIdentityApplication(
    clientId === null ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } },
  );
  return async (forceRefresh) =>
    (await app.acquireToken({ resource: AZURE_DEVOPS_RESOURCE, forceRefresh })).accessToken;
}

/** A revoked token is refused everywhere at once; one new one serves all who noticed. */
function renewedOnce(acquire: Acquire): TokenSource {
  const bearer = async (fresh: boolean) => {
    try {
      return `Bearer ${await acquire(fresh)}`;
    } catch (error) {
      throw entraError(error);
    }
  };
  let renewal: Promise<string> | null = null;
  return {
    authorization({ fresh }) {
      if (!fresh) return renewal ?? bearer(false);
      renewal ??= bearer(true).finally(() => {
        renewal = null;
      });
      return renewal;
    },
  };
}

import { type AppCredential, confidentialApp, entraError } from './entra-apps.ts';
import { createEntraNetwork, type EntraOptions } from './entra-network.ts';
import type { TokenSource } from './token-source.ts';

/** By what the service is known to Azure DevOps. A personal access token is for development only. */
export type ServiceCredential =
  (AppCredential & { directoryId: string }) | { kind: 'personal_access_token'; token: string };

/** Azure DevOps, as a resource of Entra. */
const AZURE_DEVOPS_SCOPE = '499b84ac-1321-427f-aa17-267ca6975798/.default';

export function createTokenSource(credential: ServiceCredential, entra: EntraOptions): TokenSource {
  switch (credential.kind) {
    case 'personal_access_token': {
      const basic = `Basic ${Buffer.from(`:${credential.token}`).toString('base64')}`;
      return { authorization: () => Promise.resolve(basic) };
    }
    case 'client_secret':
      return entraTokens(credential, entra);
  }
}

function entraTokens(credential: AppCredential & { directoryId: string }, entra: EntraOptions): TokenSource {
  const network = createEntraNetwork(entra);
  const app = confidentialApp(credential, { directoryId: credential.directoryId, network });
  const acquire = async (skipCache: boolean) => {
    try {
      const result = await app.acquireTokenByClientCredential({ scopes: [AZURE_DEVOPS_SCOPE], skipCache });
      return `Bearer ${result?.accessToken ?? ''}`;
    } catch (error) {
      throw entraError(error);
    }
  };
  let renewal: Promise<string> | null = null;
  return {
    authorization({ fresh }) {
      if (!fresh) return renewal ?? acquire(false);
      // A revoked token is refused everywhere at once; one new one serves all who noticed.
      renewal ??= acquire(true).finally(() => {
        renewal = null;
      });
      return renewal;
    },
  };
}

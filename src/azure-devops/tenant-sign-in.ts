import { InteractionRequiredAuthError } from '@azure/msal-node';
import type {
  AccountInfo,
  AuthenticationResult,
  INetworkModule,
  PublicClientApplication,
} from '@azure/msal-node';
import type { Db } from '../database/database.ts';
import { UpstreamError } from '../lib/errors.ts';
import type { Seal } from '../lib/seal.ts';
import { askAboutCode, type CodeFlow, requestCode } from './device-code-flow.ts';
import { type AppCredential, confidentialApp, entraError, publicApp } from './entra-apps.ts';
import { createEntraNetwork, ENTRA, type EntraOptions } from './entra-network.ts';
import type { TenantAccount, TenantCredential, TenantSignIn } from './sign-in.ts';
import { TENANT_SCOPES } from './tenant-scopes.ts';
import { createTokenCache } from './token-cache.ts';

export type TenantSignInOptions = {
  db: Db;
  seal: Seal;
  entra: EntraOptions;
  /** The public client by which people sign in to tenants. */
  signInClientId: string;
  /** The API's own app, for tenants that let it act as itself; null when it has none. */
  application: AppCredential | null;
};

export function createTenantSignIn(options: TenantSignInOptions): TenantSignIn {
  return {
    acquire: (account) =>
      account.authentication === 'application'
        ? acquireAsApp(options, account)
        : acquireAsPerson(options, account),
    requestCode: (account) => requestCode(codeFlow(options, account)),
    askAboutCode: (account, flow) => askAboutCode(codeFlow(options, account), flow),
  };
}

function codeFlow(options: TenantSignInOptions, account: TenantAccount): CodeFlow {
  return {
    network: createEntraNetwork(options.entra),
    appOn: (network) => personalApp(options, account, network),
    directoryId: account.directoryId,
  };
}

function personalApp(
  options: TenantSignInOptions,
  { tenantId, directoryId }: TenantAccount,
  network: INetworkModule,
): PublicClientApplication {
  return publicApp(options.signInClientId, {
    directoryId,
    network,
    cache: createTokenCache(options, tenantId),
  });
}

async function acquireAsApp(options: TenantSignInOptions, account: TenantAccount): Promise<TenantCredential> {
  if (!options.application) {
    throw new UpstreamError(
      'The tenant lets an application sign in, and the API has no app registration: set its client id and secret.',
      { system: ENTRA, isRetryable: false },
    );
  }
  const app = confidentialApp(options.application, {
    directoryId: account.directoryId,
    network: createEntraNetwork(options.entra),
    cache: createTokenCache(options, account.tenantId),
  });
  try {
    return credentialOf(await app.acquireTokenByClientCredential({ scopes: TENANT_SCOPES }));
  } catch (error) {
    throw entraError(error);
  }
}

async function acquireAsPerson(
  options: TenantSignInOptions,
  account: TenantAccount,
): Promise<TenantCredential> {
  const app = personalApp(options, account, createEntraNetwork(options.entra));
  const person = await accountIn(app, account.directoryId);
  if (!person) return { kind: 'interaction_needed', message: 'Nobody has signed in to this tenant yet.' };
  try {
    return credentialOf(await app.acquireTokenSilent({ account: person, scopes: TENANT_SCOPES }));
  } catch (error) {
    if (error instanceof InteractionRequiredAuthError) {
      return { kind: 'interaction_needed', message: error.errorMessage || error.errorCode };
    }
    throw entraError(error);
  }
}

async function accountIn(
  app: PublicClientApplication,
  directoryId: string,
): Promise<AccountInfo | undefined> {
  const accounts = await app.getTokenCache().getAllAccounts();
  return accounts.find((account) => account.tenantId.toLowerCase() === directoryId.toLowerCase());
}

function credentialOf(result: AuthenticationResult | null): TenantCredential {
  if (!result?.accessToken || !result.expiresOn) {
    throw new UpstreamError('Entra answered without a token.', { system: ENTRA, isRetryable: true });
  }
  return { kind: 'token', accessToken: result.accessToken, expiresAt: result.expiresOn };
}

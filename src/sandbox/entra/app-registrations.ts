/**
 * The app registrations that every sandbox has. The ids and the secret are fixed so that the API can be
 * configured with them; they are worth nothing outside of it.
 */

/** The directory to which the Azure DevOps organisations, and the API's own app, belong. */
export const API_DIRECTORY_ID = '5a9db0c5-0000-4000-8000-0000000000a1';
/** The API's confidential client; multi-tenant, so that a tenant may let it act as an application. */
export const API_CLIENT_ID = '5a9db0c5-0000-4000-8000-0000000000b2';
export const API_CLIENT_SECRET = 'sandbox-only-client-secret';
/** The public client with which people sign in to a tenant by device code. */
export const DEVICE_CODE_CLIENT_ID = '5a9db0c5-0000-4000-8000-0000000000c3';

/** Audiences of the tokens that the sandbox's services take. */
export const AZURE_DEVOPS_RESOURCE = '499b84ac-1321-427f-aa17-267ca6975798';
const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';
export const GRAPH_RESOURCE = 'https://graph.microsoft.com';

export const isGraph = (audience: string) => audience === GRAPH_RESOURCE || audience === GRAPH_APP_ID;

type AppRegistration = { clientId: string; displayName: string; secret: string | null };

export const APP_REGISTRATIONS: readonly AppRegistration[] = [
  { clientId: API_CLIENT_ID, displayName: 'Configuration Manager API', secret: API_CLIENT_SECRET },
  { clientId: DEVICE_CODE_CLIENT_ID, displayName: 'Configuration Manager sign-in', secret: null },
];

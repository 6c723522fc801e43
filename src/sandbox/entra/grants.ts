/** The token endpoint: one function for each grant type. */
import { API_DIRECTORY_ID, APP_REGISTRATIONS } from './app-registrations.ts';
import type { DeviceCodes } from './device-codes.ts';
import { type Account, accountsOf, type Directory, STRANGER } from './directories.ts';
import { EntraError } from './entra-error.ts';
import { proveTenantApp, type TenantApp } from './tenant-apps.ts';
import { idFrom } from '../tenants/configuration/profile.ts';
import type { Tokens } from './tokens.ts';

export type GrantContext = {
  tokens: Tokens;
  codes: DeviceCodes;
  directories: ReadonlyMap<string, Directory>;
  /** The directory in the address; null for `organizations` and `common`. */
  directory: Directory | null;
  tenantApps: ReadonlyMap<string, TenantApp>;
  /** Of the sandbox. */
  ownUrl: string;
};
type Form = URLSearchParams;
type Grant = (context: GrantContext, form: Form) => Promise<Record<string, unknown>>;

/**
 * What clients are told about a person's access token, though it is valid for an hour: MSAL renews five minutes
 * before the end, so it comes back each time, and a revoked sign-in shows at the next run instead of an hour later.
 */
const PERSON_EXPIRES_IN_SECONDS = 300;
const APPLICATION_EXPIRES_IN_SECONDS = 3600;

const GRANTS: Record<string, Grant> = {
  device_code: deviceCode,
  'urn:ietf:params:oauth:grant-type:device_code': deviceCode,
  refresh_token: refreshToken,
  client_credentials: clientCredentials,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': onBehalfOf,
};

export function grantToken(context: GrantContext, form: Form): Promise<Record<string, unknown>> {
  const type = form.get('grant_type') ?? '';
  const grant = Object.hasOwn(GRANTS, type) ? GRANTS[type] : undefined;
  if (!grant)
    throw new EntraError(
      'unsupported_grant_type',
      70003,
      `The app requested an unsupported grant type '${type}'.`,
    );
  return grant(context, form);
}

export function appOf(form: Form) {
  const clientId = form.get('client_id') ?? '';
  const app = APP_REGISTRATIONS.find((registration) => registration.clientId === clientId);
  if (app) return app;
  throw new EntraError(
    'unauthorized_client',
    700016,
    `Application with identifier '${clientId}' was not found in the directory.`,
  );
}

async function deviceCode(context: GrantContext, form: Form) {
  const app = appOf(form);
  const code = context.codes.byDeviceCode(form.get('device_code') ?? '');
  if (!code || code.clientId !== app.clientId)
    throw new EntraError('bad_verification_code', 70019, 'The device code is unknown.');
  switch (code.state) {
    case 'pending':
      throw new EntraError(
        'authorization_pending',
        70016,
        'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
      );
    case 'declined':
      throw new EntraError('authorization_declined', 70018, 'The user declined the sign-in.');
    case 'expired':
      throw new EntraError(
        'expired_token',
        70020,
        'The provided value for the input parameter device_code is expired.',
      );
    case 'redeemed':
      throw new EntraError('invalid_grant', 54005, 'OAuth2 device code was already redeemed.');
    case 'approved':
      break;
  }
  code.state = 'redeemed';
  return tokensOfPerson(context, code.account ?? STRANGER, app.clientId, code.scope);
}

async function refreshToken(context: GrantContext, form: Form) {
  const app = appOf(form);
  const grant = await context.tokens.readRefresh(form.get('refresh_token') ?? '');
  const directory = grant && context.directories.get(grant.directoryId);
  const account = directory && accountsOf(directory).find(({ objectId }) => objectId === grant.objectId);
  if (!account || grant.clientId !== app.clientId || grant.generation !== directory.generation) {
    throw new EntraError(
      'invalid_grant',
      50173,
      'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
      { suberror: 'bad_token' },
    );
  }
  return tokensOfPerson(context, account, app.clientId, form.get('scope') ?? '');
}

async function clientCredentials(context: GrantContext, form: Form) {
  const { tokens, directory } = context;
  const own = context.tenantApps.get(form.get('client_id') ?? '');
  const app = own ?? appOf(form);
  if (own) await proveTenantApp(own, form, context.ownUrl);
  else requireSecret(appOf(form), form);
  if (!directory)
    throw new EntraError(
      'invalid_request',
      900144,
      'Name the directory in the address for client credentials.',
    );
  const isAtHome = directory.directoryId === (own?.directoryId ?? API_DIRECTORY_ID);
  if (!isAtHome && (own || !directory.allowsApplication)) {
    throw new EntraError(
      'unauthorized_client',
      700016,
      `Application with identifier '${app.clientId}' was not found in the directory '${directory.displayName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    );
  }
  const objectId = idFrom(directory.directoryId, 'service principal', app.clientId);
  const holder = {
    kind: 'application',
    clientId: app.clientId,
    objectId,
    displayName: app.displayName,
  } as const;
  const audience = audienceOf(form.get('scope') ?? '');
  const seconds = tokens.secondsOf(audience, APPLICATION_EXPIRES_IN_SECONDS);
  return {
    token_type: 'Bearer',
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: await tokens.access(holder, directory.directoryId, audience),
  };
}

async function onBehalfOf(context: GrantContext, form: Form) {
  const app = appOf(form);
  requireSecret(app, form);
  const claims = await context.tokens.readAccess(form.get('assertion') ?? '');
  const directory = claims && context.directories.get(String(claims.tid));
  const account = directory && accountsOf(directory).find(({ objectId }) => objectId === claims.oid);
  if (!account || form.get('requested_token_use') !== 'on_behalf_of') {
    throw new EntraError(
      'invalid_grant',
      50013,
      'Assertion failed signature validation, or is no token of a person.',
    );
  }
  return tokensOfPerson(context, account, app.clientId, form.get('scope') ?? '');
}

function requireSecret(app: { clientId: string; secret: string | null }, form: Form): void {
  if (app.secret !== null && form.get('client_secret') === app.secret) return;
  throw new EntraError(
    'invalid_client',
    7000215,
    `Invalid client secret provided for the app '${app.clientId}'.`,
    { status: 401 },
  );
}

async function tokensOfPerson(
  { tokens, directories }: GrantContext,
  account: Account,
  clientId: string,
  scope: string,
) {
  const { directoryId, objectId } = account;
  const generation = directories.get(directoryId)?.generation ?? 0;
  const audience = audienceOf(scope);
  const seconds = tokens.secondsOf(audience, PERSON_EXPIRES_IN_SECONDS);
  return {
    token_type: 'Bearer',
    scope,
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: await tokens.access({ kind: 'person', account, clientId }, directoryId, audience),
    refresh_token: await tokens.refresh({ objectId, directoryId, clientId, generation }),
    id_token: await tokens.identity(account, clientId),
    client_info: Buffer.from(JSON.stringify({ uid: objectId, utid: directoryId })).toString('base64url'),
  };
}

/** `499b84ac-…/.default` is for 499b84ac-…; the OpenID scopes name no resource. */
function audienceOf(scope: string): string {
  const resource = scope.split(/\s+/).find((word) => word.includes('/'));
  return resource?.slice(0, resource.lastIndexOf('/')) ?? 'https://graph.microsoft.com';
}

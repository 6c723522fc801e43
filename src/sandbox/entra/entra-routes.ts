import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from '../contract.ts';
import { BadRequest, readForm, redirect, sendHtml, sendJson } from '../web.ts';
import { accountPage, codePage, DEVICE_PATH, outcomePage } from './device-page.ts';
import { accountsOf, type Directory, STRANGER } from './directories.ts';
import { EntraError } from './entra-error.ts';
import type { EntraState } from './entra-state.ts';
import { appOf, grantToken } from './grants.ts';

const PREFIX = '/entra/';
/** As Entra answers; the API closes its window long before. */
const CODE_LIFETIME_SECONDS = 900;

/** `/entra/{directory}/…` as Entra ID speaks, and the page for people at `/entra/device`. */
export const entraRoute =
  (state: EntraState): Route =>
  async (request, response, url) => {
    if (!url.pathname.startsWith(PREFIX)) return false;
    try {
      if (url.pathname === DEVICE_PATH) return await devicePage(state, request, response, url);
      return await endpoint(state, request, response, url.pathname.slice(PREFIX.length));
    } catch (error) {
      if (error instanceof EntraError) return sendJson(response, error.status, error.body);
      if (error instanceof BadRequest)
        return sendJson(response, error.status, {
          error: 'invalid_request',
          error_description: error.message,
        });
      throw error;
    }
  };

async function endpoint(
  state: EntraState,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  const [authority = '', ...rest] = path.split('/');
  switch (`${request.method} ${rest.join('/')}`) {
    case 'POST oauth2/v2.0/devicecode':
      return sendJson(response, 200, newDeviceCode(state, authority, await readForm(request)));
    case 'POST oauth2/v2.0/token': {
      const form = await readForm(request);
      const directory = directoryOf(state, authority);
      failIfAsked(state, directory?.directoryId ?? '*', form);
      const { tokens, codes, tenantApps } = state;
      const context = { tokens, codes, tenantApps, directories: state.directories(), directory };
      return sendJson(response, 200, await grantToken({ ...context, ownUrl: state.baseUrl() }, form));
    }
    case 'GET v2.0/.well-known/openid-configuration':
      return sendJson(response, 200, openIdConfiguration(state, authority));
    case 'GET discovery/v2.0/keys':
      return sendJson(response, 200, state.tokens.publicKeys());
    case 'GET discovery/instance':
      return sendJson(response, 200, {
        tenant_discovery_endpoint: `${state.baseUrl()}/entra/${authority}/v2.0/.well-known/openid-configuration`,
        'api-version': '1.1',
        metadata: [],
      });
    default:
      return sendJson(response, 404, {
        error: 'invalid_request',
        error_description: `The sandbox's Entra has no ${request.method} ${path}.`,
      });
  }
}

function directoryOf(state: EntraState, authority: string): Directory | null {
  if (authority === 'organizations' || authority === 'common') return null;
  const wanted = authority.toLowerCase();
  for (const directory of state.directories().values()) {
    if (directory.directoryId === wanted || directory.domain === wanted) return directory;
  }
  throw new EntraError(
    'invalid_request',
    90002,
    `Tenant '${authority}' not found. Check to make sure you have the correct tenant ID.`,
  );
}

function failIfAsked(state: EntraState, directoryId: string, form: URLSearchParams): void {
  const fault = state.takeFault(directoryId, form.has('device_code'));
  if (fault === 'unavailable')
    throw new EntraError(
      'temporarily_unavailable',
      90033,
      'A transient error has occurred. Please try again.',
      { status: 503 },
    );
  if (fault === 'slow_down') throw new EntraError('slow_down', 70016, 'The client polls too often.');
}

function newDeviceCode(state: EntraState, authority: string, form: URLSearchParams): Record<string, unknown> {
  const directory = directoryOf(state, authority);
  const { clientId } = appOf(form);
  failIfAsked(state, directory?.directoryId ?? '*', form);
  const code = state.codes.create({
    clientId,
    scope: form.get('scope') ?? '',
    directoryId: directory?.directoryId ?? null,
    lifetimeSeconds: CODE_LIFETIME_SECONDS,
  });
  const verificationUri = `${state.baseUrl()}${DEVICE_PATH}`;
  return {
    user_code: code.userCode,
    device_code: code.deviceCode,
    verification_uri: verificationUri,
    expires_in: CODE_LIFETIME_SECONDS,
    interval: state.pollIntervalSeconds,
    message: `To sign in, use a web browser to open the page ${verificationUri} and enter the code ${code.userCode} to authenticate.`,
  };
}

async function devicePage(
  state: EntraState,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const form = request.method === 'POST' ? await readForm(request) : url.searchParams;
  const typed = form.get('user_code') ?? '';
  if (typed === '') return sendHtml(response, 200, codePage(null));
  const code = state.codes.byUserCode(typed);
  if (!code) return sendHtml(response, 404, codePage('That code is not known. Check it and type it again.'));
  if (request.method === 'POST') {
    const origin = request.headers.origin;
    if (origin !== undefined && origin !== state.baseUrl())
      throw new BadRequest('Answer on the page itself.', 403);
    state.answer(code, form.get('answer') ?? '');
    return redirect(response, `${DEVICE_PATH}?user_code=${code.userCode}`);
  }
  if (code.state !== 'pending') return sendHtml(response, 200, outcomePage(code));
  const directory = code.directoryId === null ? undefined : state.directories().get(code.directoryId);
  const accounts = directory
    ? accountsOf(directory)
    : [...state.directories().values()].flatMap((one) => accountsOf(one).slice(0, 1));
  return sendHtml(
    response,
    200,
    accountPage(code, directory?.displayName ?? 'any tenant', accounts, STRANGER),
  );
}

function openIdConfiguration(state: EntraState, authority: string): Record<string, unknown> {
  const directoryId = directoryOf(state, authority)?.directoryId ?? '{tenantid}';
  const base = `${state.baseUrl()}/entra/${authority}`;
  return {
    issuer: state.issuerOf(directoryId),
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    response_types_supported: ['code', 'id_token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'offline_access'],
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'name', 'preferred_username', 'oid', 'tid', 'ver'],
  };
}

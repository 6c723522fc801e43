/** Every request to the simulated Azure DevOps comes through `answer`: signing in, faults, routing, errors. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Route } from '../../contract.ts';
import { AzureError } from '../azure-error.ts';
import { callerOf, type Caller } from '../caller.ts';
import { newGuid } from '../guid.ts';
import { ROUTE_PREFIX, type World } from '../world.ts';
import { json, type Answer } from './answer.ts';
import { readRequest, type AzureRequest } from './request.ts';
import { findRoute, type AzureRoute } from './router.ts';
import { signInPage, unauthorized } from './sign-in-answers.ts';

/**
 * The seam for faults. `next` does what was asked and gives the true answer; an interceptor may answer without it,
 * after it (a lost reply), late, or with 'reset': the connection is cut.
 */
export type Interceptor = (request: AzureRequest, next: () => Promise<Answer>) => Promise<Answer | 'reset'>;

export type FrontDoor = {
  routes: readonly AzureRoute[];
  publicRoutes: readonly AzureRoute[];
  interceptor(): Interceptor;
};

export function createRoute(world: World, door: FrontDoor): Route {
  return async (message, response, url) => {
    if (url.pathname !== ROUTE_PREFIX && !url.pathname.startsWith(`${ROUTE_PREFIX}/`)) return false;
    const outcome = await attempt(async () => {
      const request = readRequest(message, url, ROUTE_PREFIX);
      return door.interceptor()(request, () => attempt(() => answer(world, door, request)));
    });
    if (outcome === 'reset') message.socket.destroy();
    else await send(response, outcome);
    return true;
  };
}

async function attempt<Result>(work: () => Promise<Result>): Promise<Result | Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AzureError) return json(error.body(), error.status);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return json({ ...new AzureError(500, 'SandboxException', `The sandbox failed: ${text}`).body() }, 500);
  }
}

async function answer(world: World, door: FrontDoor, request: AzureRequest): Promise<Answer> {
  const [organization = '', ...rest] = request.segments;
  const open = findRoute(door.publicRoutes, request.method, request.segments);
  const nobody: Caller = {
    identity: { id: '', displayName: '', uniqueName: '', kind: 'service' },
    token: '',
  };
  if (open)
    return open.route.handle({
      world,
      request,
      organization,
      projectInPath: null,
      params: open.params,
      caller: nobody,
    });

  const caller = await signedIn(world, request);
  if ('status' in caller) return caller;
  const apis = rest.findIndex((segment) => segment.toLowerCase() === '_apis');
  const match = apis < 0 || apis > 1 ? null : findRoute(door.routes, request.method, rest.slice(apis + 1));
  if (!match) return pageNotFound(request);
  requireVersion(request);
  const projectInPath = apis === 1 ? (rest[0] ?? null) : null;
  return match.route.handle({ world, request, organization, projectInPath, params: match.params, caller });
}

async function signedIn(world: World, request: AzureRequest): Promise<Caller | Answer> {
  const verdict = await callerOf(request.header('authorization'), {
    now: world.options.clock.now(),
    identify: world.options.identify,
    jobIdentity: (token) => world.agents.jobOfToken(token)?.identity ?? null,
  });
  switch (verdict.kind) {
    case 'known':
      return verdict.caller;
    case 'anonymous':
      return request.header('x-tfs-fedauthredirect') === 'Suppress'
        ? unauthorized('No credentials were given.')
        : signInPage();
    case 'refused':
      return unauthorized(verdict.why);
  }
}

function pageNotFound(request: AzureRequest): Answer {
  const message = `The controller for path '/${request.segments.join('/')}' was not found or does not implement IController.`;
  return json(new AzureError(404, 'HttpException', message).body(), 404);
}

function requireVersion({ method, apiVersion }: AzureRequest): void {
  if (apiVersion !== null || method === 'GET' || method === 'OPTIONS') return;
  throw new AzureError(
    400,
    'VssVersionNotSpecifiedException',
    `No api-version was supplied for the "${method}" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`,
  );
}

async function send(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  response.writeHead(status, { ...headers, 'X-VSS-E2EID': newGuid(), ActivityId: newGuid() });
  if (body instanceof Readable) await pipeline(body, response).catch(() => response.destroy());
  else response.end(body ?? undefined);
}

/**
 * `GET /runs/{id}/logs`, `/runs/{id}/artifacts` and `/runs/{id}/artifacts/{name}`: files of Azure DevOps, with the
 * caller's rights, or with a ticket that somebody with the rights was given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Forbidden, mustBeAllowed, type Viewer } from '../access/viewer.ts';
import { databaseNow } from '../database/database.ts';
import type { RunFile } from '../azure-devops/port.ts';
import { messageOf, UpstreamError } from '../lib/errors.ts';
import { isId, type RunId } from '../lib/ids.ts';
import { artifactPath, holderOf, linksFor } from '../sync-runs/file-links.ts';
import type { Services } from '../sync-runs/services.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { syncRunsByIds } from '../sync-runs/sync-runs.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenantsByIds } from '../tenants/tenants.ts';
import { sendJson, setHeaders } from './json.ts';
import { type Admission, unadmitted } from './limits/admission.ts';

const PATH = /^\/runs\/(run_[0-9a-f]{32})\/(logs|artifacts)(?:\/([^/]+))?$/;

type Wanted = { runId: RunId; what: string; name: string | undefined };
type Found = { tenant: Tenant; run: SyncRun; buildId: number };

/** null: the path is another's. */
export function wantedFile(pathname: string): Wanted | null {
  const [, runId, what, name] = PATH.exec(pathname) ?? [];
  if (!runId || !what || !isId(runId, 'run') || (what === 'logs' && name)) return null;
  return name !== undefined && decoded(name) === undefined
    ? null
    : { runId, what, name: name && decoded(name) };
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

type Exchange = { request: IncomingMessage; response: ServerResponse };
type Parts = { services: Services; admission: Admission };

export async function serveRunFile(parts: Parts, wanted: Wanted, exchange: Exchange): Promise<void> {
  const { services } = parts;
  const { response } = exchange;
  const viewer = await whoAsks(parts, exchange);
  if (!viewer) return;
  try {
    const found = await find(services, viewer, wanted.runId);
    if (!found)
      return sendJson(response, 404, {
        code: 'NOT_FOUND',
        message: 'Azure DevOps has no such run of a tenant of yours.',
      });
    mustBeAllowed(viewer, 'readLogs', found.tenant.id);
    if (wanted.what === 'artifacts' && wanted.name === undefined)
      return await listArtifacts(services, found, response);
    await send(response, await open(services, found, wanted), fileName(found.run, wanted));
  } catch (error) {
    answerError(response, error);
  }
}

/** null: it was answered that nobody is known here. A header counts before a ticket. */
async function whoAsks(
  { services, admission }: Parts,
  { request, response }: Exchange,
): Promise<Viewer | null> {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://api');
  const ticket = searchParams.get('ticket');
  if (ticket !== null && !request.headers.authorization) {
    const holder = holderOf({ seal: services.seal, now: await databaseNow(services.db) }, { path, ticket });
    if (!holder) sendJson(response, 401, { code: 'UNAUTHENTICATED', message: ASK_FOR_ANOTHER });
    return holder;
  }
  const who = await admission.admit(request, request.headers.authorization);
  if (who.kind === 'viewer') return who.viewer;
  const { status, headers, ...said } = unadmitted(who);
  setHeaders(response, headers);
  sendJson(response, status, said);
  return null;
}

const ASK_FOR_ANOTHER =
  'This link has ended, or is not whole. Ask the API for the address of the file again.';

async function find(services: Services, viewer: Viewer, runId: RunId): Promise<Found | null> {
  const [run] = await syncRunsByIds(services.db, viewer, [runId]);
  if (!run || run.buildId === null) return null;
  const [tenant] = await tenantsByIds(services.db, viewer, [run.tenantId]);
  return tenant ? { tenant, run, buildId: run.buildId } : null;
}

async function listArtifacts(
  services: Services,
  { tenant, run, buildId }: Found,
  response: ServerResponse,
): Promise<void> {
  const artifacts = await services.azure.listArtifacts(tenant, buildId);
  const { seal, settings } = services;
  const seen = { tenantId: tenant.id, now: await databaseNow(services.db) };
  const linkTo = linksFor({ seal, publicUrl: settings.publicUrl }, seen);
  sendJson(
    response,
    200,
    artifacts.map(({ name }) => ({ name, url: linkTo(artifactPath(run.id, name)) })),
  );
}

function open(services: Services, { tenant, buildId }: Found, { what, name }: Wanted): Promise<RunFile> {
  return what === 'logs' || name === undefined
    ? services.azure.downloadLogs(tenant, buildId)
    : services.azure.downloadArtifact(tenant, buildId, name);
}

const fileName = (run: SyncRun, { what, name }: Wanted) =>
  [run.name ?? run.id, name === undefined ? what : name].join('-').replace(/[^\w.-]+/g, '_');

async function send(response: ServerResponse, file: RunFile, name: string): Promise<void> {
  response.writeHead(200, {
    // Whatever Azure says it is: a browser must not show it as a page of ours.
    'Content-Type': file.contentType.startsWith('application/zip')
      ? 'application/zip'
      : 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${name}.zip"`,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
    ...(file.sizeBytes === null ? {} : { 'Content-Length': file.sizeBytes }),
  });
  await pipeline(file.body, response);
}

function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  if (error instanceof Forbidden)
    return sendJson(response, 403, { code: 'FORBIDDEN', message: error.message });
  if (!(error instanceof UpstreamError)) throw error;
  if (error.statusCode === 404)
    return sendJson(response, 404, { code: 'NOT_FOUND', message: `It is gone: ${error.message}` });
  sendJson(response, 502, { code: 'UPSTREAM_UNAVAILABLE', message: messageOf(error) });
}

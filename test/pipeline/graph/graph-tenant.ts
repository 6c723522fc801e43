import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGraphConnection } from '../../../src/pipeline/graph/graph-connection.ts';
import type { ConfigurationObject } from '../../../src/pipeline/stage.ts';
import { createGraph, GRAPH_PREFIX } from '../../../src/sandbox/graph/graph.ts';
import { openSimulatedTenants } from '../../../src/sandbox/tenants/simulated-tenants.ts';

export const DIRECTORY = '8a5a2f0e-6ad1-4d53-9c0d-000000000001';
const OTHER_DIRECTORY = '8a5a2f0e-6ad1-4d53-9c0d-000000000002';

export type GraphTenant = AsyncDisposable & Awaited<ReturnType<typeof startGraphTenant>>;

/** The sandbox's Microsoft Graph over HTTP, with one tenant, and connections to it. */
export async function startGraphTenant(objects: ConfigurationObject[]) {
  await using parts = new AsyncDisposableStack();
  const dataFolder = await mkdtemp(join(tmpdir(), 'graph-test-'));
  parts.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const tenants = await openSimulatedTenants(dataFolder, (token) => {
    const [directoryId = '', holder = ''] = token.split(':');
    return Promise.resolve(holder === '' ? null : { directoryId, holder });
  });
  parts.defer(() => tenants.flush());
  tenants.add({ directoryId: DIRECTORY, displayName: 'A', domain: 'a.example', objects });
  tenants.add({ directoryId: OTHER_DIRECTORY, displayName: 'B', domain: 'b.example', objects: [] });

  let url = '';
  const graph = createGraph(tenants, () => url);
  const server = createServer((request, response) => {
    void graph.route(request, response, new URL(request.url ?? '/', url));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  parts.defer(() => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  const connect = (options: { token?: string; mayDelete?: string[]; signal?: AbortSignal } = {}) =>
    createGraphConnection({
      baseUrl: `${url}${GRAPH_PREFIX}`,
      tokens: { get: () => Promise.resolve(options.token ?? `${DIRECTORY}:API`) },
      directoryId: DIRECTORY,
      signal: options.signal ?? new AbortController().signal,
      log: () => undefined,
      mayDelete: new Set(options.mayDelete ?? []),
    });
  const kept = parts.move();
  return {
    url,
    tenants,
    graph,
    connect,
    foreignToken: `${OTHER_DIRECTORY}:API`,
    writes: () => tenants.ledger(DIRECTORY).map(({ action, displayName }) => `${action} ${displayName}`),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

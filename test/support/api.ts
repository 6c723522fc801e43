/** The server alone, on a real port and database, for tests of what it reads and refuses; Azure DevOps is away. */
import { createDoors } from '../../src/azure-devops/doors.ts';
import { createHash } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, print } from 'graphql';
import type { CheckpointSigner } from '../../src/access/checkpoint.ts';
import { createAuthenticate } from '../../src/access/authenticate.ts';
import type { EntraCallers } from '../../src/access/entra-callers.ts';
import { ROLES } from '../../src/access/permissions.ts';
import { RIGHTS_CHANGED } from '../../src/access/rights.ts';
import { RightsWatcher } from '../../src/access/rights-watcher.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { createAzureDevOps } from '../../src/azure-devops/azure-devops.ts';
import { createTokenSource } from '../../src/azure-devops/service-credential.ts';
import { createTenantSignIn } from '../../src/azure-devops/tenant-sign-in.ts';
import type { Database, Db } from '../../src/database/database.ts';
import { Listener } from '../../src/database/listener.ts';
import { EVENTS_APPENDED } from '../../src/events/append-events.ts';
import { EventFeed } from '../../src/events/feed.ts';
import { createSeal, type Seal } from '../../src/lib/seal.ts';
import { createServer, type ServerParts } from '../../src/server/server.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import type { Services } from '../../src/sync-runs/services.ts';
import { createPost } from '../../src/web-hooks/post.ts';
import { resolveHere } from '../../src/web-hooks/resolve-name.ts';
import { ANYWHERE } from '../../src/web-hooks/target-address.ts';
import type { WebHookServices } from '../../src/web-hooks/web-hook-services.ts';
import { createTestDatabase, silent } from './database.ts';

export const ORGANIZATION = 'contoso-group';
export const PROJECT = 'Tenants';

export type Problem = { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> };
export type Reply<Data> = { status: number; data: Data | null; errors: Problem[] };
export type As = 'viewer' | 'operator' | 'approver' | 'admin' | 'blinkered' | 'nobody';

export type Api = AsyncDisposable & {
  url: string;
  databaseUrl: string;
  db: Db;
  pool: Database['pool'];
  seal: Seal;
  services: Services;
  webHooks: WebHookServices;
  feed: EventFeed;
  metrics: Metrics;
  ask: <Data, Variables>(
    document: TypedDocumentNode<Data, Variables> | string,
    variables?: Variables,
    as?: As,
  ) => Promise<Reply<Data>>;
};

export type ApiOptions = Partial<ServerParts['options']> & {
  /** Somebody with this key (`test-blinkered`) sees only these tenants. */
  blinkered?: () => Viewer;
  auditSigner?: CheckpointSigner;
  hookSecret?: string;
  /** Whose tokens of Entra ID are believed; nobody's when it is not given. */
  entra?: (db: Db) => EntraCallers;
};

export async function startApi(options: ApiOptions = {}): Promise<Api> {
  await using stack = new AsyncDisposableStack();
  const test = stack.use(await createTestDatabase());
  const { database } = test;
  const metrics = createMetrics();
  const feed = stack.use(await EventFeed.start({ db: database.db, logger: silent, pollEveryMs: 200 }));
  const fixedKeys = ROLES.map((role) => ({ name: role.toLowerCase(), role, sha256: hashOf(keyOf(role)) }));
  const byKey = createAuthenticate({
    db: database.db,
    fixedKeys,
    entra: options.entra?.(database.db) ?? null,
  });
  const authenticate: typeof byKey = (header) =>
    options.blinkered && header === 'Bearer test-blinkered'
      ? Promise.resolve(options.blinkered())
      : byKey(header);
  const watcher = stack.use(new RightsWatcher({ db: database.db, authenticate, logger: silent }));
  const listener = stack.use(
    new Listener({
      url: test.url,
      channels: [EVENTS_APPENDED, RIGHTS_CHANGED],
      onWake: (channel) => (channel === RIGHTS_CHANGED ? watcher.wake() : feed.wake()),
      logger: silent,
    }),
  );
  const services = servicesOf(database.db);
  const { db, seal } = services;
  const webHooks = {
    db,
    seal,
    reach: ANYWHERE,
    post: createPost({ reach: ANYWHERE, resolve: resolveHere, withinMs: 10_000 }),
  };
  const server = stack.use(
    createServer({
      services,
      webHooks,
      database,
      feed,
      listener,
      authenticate,
      auditSigner: options.auditSigner ?? null,
      metrics,
      watchRights: (stream) => watcher.watch(stream),
      answerPipelineJob: () => Promise.resolve({ status: 501, body: {} }),
      hookSecret: options.hookSecret ?? null,
      options: {
        graphiql: true,
        introspection: options.graphiql === false ? 'signed-in' : 'open',
        proxies: 0,
        corsOrigins: ['https://pages.example'],
        heartbeatEveryMs: 60_000,
        ...options,
      },
    }),
  );
  const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
  const parts = stack.move();
  return {
    url,
    databaseUrl: test.url,
    db: database.db,
    pool: database.pool,
    seal: services.seal,
    services,
    webHooks,
    feed,
    metrics,
    ask: (document, variables, as = 'viewer') => ask(`${url}/graphql`, { document, variables, as }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
export const keyOf = (as: string) => `test-${as.toLowerCase()}`;

async function ask<Data>(
  url: string,
  { document, variables, as }: { document: DocumentNode | string; variables: unknown; as: As },
): Promise<Reply<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(as === 'nobody' ? {} : { authorization: `Bearer ${keyOf(as)}` }),
    },
    body: JSON.stringify({ query: typeof document === 'string' ? document : print(document), variables }),
  });
  const body = (await response.json()) as { data?: Data | null; errors?: Problem[] };
  return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
}

/** The real adapters; the port that they call is closed. */
export function servicesOf(db: Db): Services {
  const seal = createSeal([{ id: 'test', key: Buffer.alloc(32, 7) }]);
  const entra = { emulatorUrl: 'http://127.0.0.1:1', logger: silent, retryBaseMs: 1 };
  const signIn = createTenantSignIn({ db, seal, entra, signInClientId: 'test', application: null });
  const settings = { signInWindowMs: 180_000, staleAfterMs: 90_000, publicUrl: 'http://api.example' };
  return {
    db,
    azure: createAzureDevOps({
      projects: [
        {
          organizationUrl: `http://127.0.0.1:1/${ORGANIZATION}`,
          organization: ORGANIZATION,
          project: PROJECT,
        },
      ],
      onBehalfOf: null,
      doors: createDoors({
        tokens: createTokenSource({ kind: 'personal_access_token', token: 'test' }, entra),
        logger: silent,
        deadlineMs: 300,
      }),
      logger: silent,
    }),
    signIn,
    seal,
    settings,
    lookSoon: () => undefined,
    logger: silent,
  };
}

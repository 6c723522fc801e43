/** The API on one port: GraphQL over HTTP, server-sent events and WebSocket, GraphiQL, downloads, health. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ANONYMOUS } from '../access/anonymous.ts';
import type { Authenticate } from '../access/authenticate.ts';
import type { CheckpointSigner } from '../access/checkpoint.ts';
import type { WatchedStream } from '../access/rights-watcher.ts';
import type { Database } from '../database/database.ts';
import { isDatabaseTrouble } from '../database/database-trouble.ts';
import type { Listener } from '../database/listener.ts';
import type { EventFeed } from '../events/feed.ts';
import { Hub } from '../events/hub.ts';
import { messageOf } from '../lib/errors.ts';
import { HOOK_PATH } from '../pipeline/service-hooks.ts';
import type { Services } from '../sync-runs/services.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { WebHookServices } from '../web-hooks/web-hook-services.ts';
import { AUDIT_EXPORT_PATH, serveAuditLog } from './audit-export.ts';
import { createDirectLane, type Lane } from './direct-lane.ts';
import { createGraphiqlPage, type GraphiqlPage } from './graphiql.ts';
import { takeHook } from './hook-route.ts';
import { answerLive, answerReady } from './health.ts';
import { readJson, sendGraphqlError, sendJson, setHeaders } from './json.ts';
import { type Admission, createAdmission, unadmitted } from './limits/admission.ts';
import type { IntrospectionPolicy } from './limits/introspection.ts';
import { refuseBody } from './limits/refuse-body.ts';
import { answerCors, isAllowedOrigin } from './origins.ts';
import { TEMPORARILY_UNAVAILABLE, TRY_AGAIN } from './mask-errors.ts';
import type { JsonAnswer } from './pipeline-credentials-route.ts';
import { serveRunFile, wantedFile } from './run-files.ts';
import { acceptWebSockets, SOCKET_LIMITS, type SocketLimits } from './websocket.ts';
import { createGraphql, GRAPHQL_PATH } from './yoga.ts';

export type ServerParts = {
  services: Services;
  webHooks: WebHookServices;
  database: Database;
  feed: EventFeed;
  listener: Pick<Listener, 'isListening'>;
  authenticate: Authenticate;
  /** Ends a stream when its caller's rights end. Returns how to stop watching. */
  watchRights: (stream: WatchedStream) => () => void;
  /** null: no key is configured, and nothing can be exported. */
  auditSigner: CheckpointSigner | null;
  metrics: Metrics;
  answerPipelineJob: (question: { authorization: string | undefined; body: unknown }) => Promise<JsonAnswer>;
  /** What web hooks of Azure DevOps send as their password; null: none are taken. */
  hookSecret: string | null;
  options: {
    graphiql: boolean;
    /** What GraphiQL's Headers pane begins with; for the sandbox, where keys are no secret. */
    graphiqlHeaders?: Readonly<Record<string, string>> | undefined;
    introspection: IntrospectionPolicy;
    corsOrigins: readonly string[];
    /** How many proxies of ours stand in front and add to X-Forwarded-For. */
    proxies: number;
    heartbeatEveryMs: number;
    /** false: every request takes Yoga's own way, for comparison. */
    directLane?: boolean;
    /** SOCKET_LIMITS where they are not given. */
    sockets?: Partial<SocketLimits>;
    /** How long a client may take to send a request; 30 seconds when it is not given. */
    receiveWithinMs?: number;
  };
};

/** `listen` resolves to the port. Disposing of it tells sockets to come back, and lets requests under way finish. */
export type ApiServer = AsyncDisposable & {
  listen(port: number, host: string): Promise<number>;
  /** What is open at this moment. */
  open(): { sockets: number; subscriptions: number; eventStreams: number };
};

const FINISH_WITHIN_MS = 5_000;
const HEADERS_WITHIN_MS = 10_000;
const RECEIVE_WITHIN_MS = 30_000;
const LARGEST_QUESTION_BYTES = 64 * 1024;

type Exchange = { request: IncomingMessage; response: ServerResponse; pathname: string };

export function createServer(parts: ServerParts): ApiServer {
  const { options } = parts;
  const { graphql, answerKnown } = createGraphql({
    ...parts,
    heartbeatEveryMs: options.heartbeatEveryMs,
    introspection: options.introspection,
  });
  const lane: Lane = options.directLane === false ? graphql : createDirectLane(graphql, answerKnown);
  const page = options.graphiql ? createGraphiqlPage(options.graphiqlHeaders) : null;
  const streams = new Set<ServerResponse>();
  const admission = createAdmission(parts.authenticate, {
    proxies: options.proxies,
    count: (why) => parts.metrics.unadmitted(why),
  });
  const receiveWithinMs = options.receiveWithinMs ?? RECEIVE_WITHIN_MS;
  const patience = {
    headersTimeout: Math.min(HEADERS_WITHIN_MS, receiveWithinMs),
    requestTimeout: receiveWithinMs,
    connectionsCheckingInterval: receiveWithinMs / 10,
  };
  const http = createHttpServer(patience, (request, response) => {
    const exchange = { request, response, pathname: (request.url ?? '/').split('?', 1)[0] ?? '/' };
    answer({ ...parts, admission, lane, page, streams }, exchange).catch((error: unknown) => {
      parts.services.logger.error('A request could not be answered.', {
        path: exchange.pathname,
        error: messageOf(error),
      });
      if (response.headersSent) response.destroy();
      else sendFailure(response, error);
    });
  });
  const hub = new Hub({ livePosition: () => parts.feed.place().position });
  const sockets = acceptWebSockets(http, graphql, {
    admission,
    watchRights: parts.watchRights,
    hub,
    limits: { ...SOCKET_LIMITS, ...options.sockets },
    logger: parts.services.logger,
    isAllowedOrigin: (request) => isAllowedOrigin(request, options.corsOrigins),
  });
  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        http.once('error', reject);
        http.listen(port, host, () => {
          const address = http.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    open: () => ({
      sockets: sockets.open(),
      subscriptions: hub.followers,
      eventStreams: streams.size,
    }),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      // A stream never ends by itself; its client resumes from its cursor.
      for (const stream of streams) stream.destroy();
      await sockets.close();
      http.closeIdleConnections();
      const late = setTimeout(() => http.closeAllConnections(), FINISH_WITHIN_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

function sendFailure(response: ServerResponse, error: unknown): void {
  if (isDatabaseTrouble(error)) {
    response.setHeader('Retry-After', 1);
    return sendGraphqlError(response, 503, { code: TEMPORARILY_UNAVAILABLE, message: TRY_AGAIN });
  }
  const message = 'Something went wrong that should not have.';
  sendJson(response, 500, { code: 'INTERNAL_SERVER_ERROR', message });
}

type Answering = ServerParts & {
  admission: Admission;
  lane: Lane;
  page: GraphiqlPage | null;
  streams: Set<ServerResponse>;
};

async function answer(parts: Answering, exchange: Exchange): Promise<void> {
  const { request, response, pathname } = exchange;
  if (!URL.canParse(`http://${request.headers.host}`)) {
    return sendJson(response, 400, { code: 'BAD_REQUEST', message: 'The header `Host` names no host.' });
  }
  if (answerCors(request, response, parts.options.corsOrigins)) return;
  if (await parts.page?.(request, response)) return;
  if (pathname === GRAPHQL_PATH) return answerGraphql(parts, exchange);
  if (pathname === '/livez') return answerLive(response);
  if (pathname === '/readyz') return answerReady(response, parts);
  if (pathname === '/pipeline/credentials') return answerPipeline(parts, exchange);
  if (pathname === HOOK_PATH && parts.hookSecret !== null) {
    const { services, admission, hookSecret: secret } = parts;
    return takeHook({ db: services.db, admission, secret }, exchange);
  }
  if (pathname === AUDIT_EXPORT_PATH && request.method === 'GET') {
    const { services, admission, auditSigner: signer } = parts;
    return serveAuditLog({ db: services.db, admission, signer }, exchange);
  }
  const file = wantedFile(pathname);
  if (file && request.method === 'GET') return serveRunFile(parts, file, exchange);
  if (pathname === '/' && parts.page) return void response.writeHead(302, { Location: GRAPHQL_PATH }).end();
  sendJson(response, 404, {
    code: 'NOT_FOUND',
    message: `There is nothing at ${pathname}. The API is at ${GRAPHQL_PATH}.`,
  });
}

async function answerGraphql(
  { lane, streams, admission, options, watchRights }: Answering,
  { request, response }: Exchange,
): Promise<void> {
  const badBody = refuseBody(request);
  if (badBody) return sendGraphqlError(response, badBody.status, badBody);
  const who = await admission.admit(request, request.headers.authorization);
  // Nothing that strangers send is read where they may not even see the schema.
  const mayRead = who.kind === 'viewer' || (who.kind === 'nobody' && options.introspection === 'open');
  if (!mayRead) {
    const { status, headers, ...said } = unadmitted(who);
    setHeaders(response, headers);
    return sendGraphqlError(response, status, said);
  }
  const viewer = who.kind === 'viewer' ? who.viewer : ANONYMOUS;
  const onStream = () => {
    streams.add(response);
    const authorization = request.headers.authorization ?? '';
    const stopWatching = watchRights({ authorization, viewer, end: () => response.destroy() });
    response.once('close', () => {
      streams.delete(response);
      stopWatching();
    });
  };
  await lane(request, response, { viewer, onStream });
}

async function answerPipeline(parts: Answering, { request, response }: Exchange): Promise<void> {
  if (request.method !== 'POST') {
    return sendJson(response, 405, { code: 'METHOD_NOT_ALLOWED', message: 'Ask with POST.' });
  }
  const body = await readJson(request, LARGEST_QUESTION_BYTES);
  const { status, body: said } = await parts.answerPipelineJob({
    authorization: request.headers.authorization,
    body,
  });
  sendJson(response, status, said);
}

/** The API on one port: GraphQL over HTTP, server-sent events and WebSocket, GraphiQL, downloads, health. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ANONYMOUS, type Authenticate } from '../access/authenticate.ts';
import type { Database } from '../database/database.ts';
import type { Listener } from '../database/listener.ts';
import type { EventFeed } from '../events/feed.ts';
import { messageOf } from '../lib/errors.ts';
import type { Services } from '../sync-runs/services.ts';
import { createGraphiqlPage, type GraphiqlPage, wantsPage } from './graphiql.ts';
import { answerLive, answerReady } from './health.ts';
import { readJson, sendGraphqlError, sendJson } from './json.ts';
import { answerCors, isAllowedOrigin } from './origins.ts';
import type { JsonAnswer } from './pipeline-credentials-route.ts';
import { serveRunFile, wantedFile } from './run-files.ts';
import { acceptWebSockets } from './websocket.ts';
import { createGraphql, GRAPHQL_PATH, type GraphqlServer } from './yoga.ts';

export type ServerParts = {
  services: Services;
  database: Database;
  feed: EventFeed;
  listener: Pick<Listener, 'isListening'>;
  authenticate: Authenticate;
  answerPipelineJob: (question: { authorization: string | undefined; body: unknown }) => Promise<JsonAnswer>;
  options: {
    graphiql: boolean;
    /** What GraphiQL's Headers pane begins with; for the sandbox, where keys are no secret. */
    graphiqlHeaders?: Readonly<Record<string, string>>;
    corsOrigins: readonly string[];
    heartbeatEveryMs: number;
  };
};

/** `listen` resolves to the port. Disposing of it tells sockets to come back, and lets requests under way finish. */
export type ApiServer = AsyncDisposable & { listen(port: number, host: string): Promise<number> };

const FINISH_WITHIN_MS = 5_000;
const LARGEST_QUESTION_BYTES = 64 * 1024;

type Exchange = { request: IncomingMessage; response: ServerResponse; pathname: string };

export function createServer(parts: ServerParts): ApiServer {
  const { options, authenticate } = parts;
  const graphql = createGraphql({
    ...parts,
    heartbeatEveryMs: options.heartbeatEveryMs,
    isSchemaOpen: options.graphiql,
  });
  const page = options.graphiql ? createGraphiqlPage(options.graphiqlHeaders) : null;
  const streams = new Set<ServerResponse>();
  const http = createHttpServer((request, response) => {
    const exchange = { request, response, pathname: (request.url ?? '/').split('?', 1)[0] ?? '/' };
    answer({ ...parts, graphql, page, streams }, exchange).catch((error: unknown) => {
      parts.services.logger.error('A request could not be answered.', {
        path: exchange.pathname,
        error: messageOf(error),
      });
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 500, {
          code: 'INTERNAL_SERVER_ERROR',
          message: 'Something went wrong that should not have.',
        });
    });
  });
  const sockets = acceptWebSockets(http, graphql, {
    authenticate,
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

type Answering = ServerParts & {
  graphql: GraphqlServer;
  page: GraphiqlPage | null;
  streams: Set<ServerResponse>;
};

async function answer(parts: Answering, exchange: Exchange): Promise<void> {
  const { request, response, pathname } = exchange;
  if (answerCors(request, response, parts.options.corsOrigins)) return;
  if (pathname === GRAPHQL_PATH) return answerGraphql(parts, exchange);
  if (pathname === '/livez') return answerLive(response);
  if (pathname === '/readyz') return answerReady(response, parts);
  if (pathname === '/pipeline/credentials') return answerPipeline(parts, exchange);
  const file = wantedFile(pathname);
  if (file && request.method === 'GET') return serveRunFile(parts, file, exchange);
  if (pathname === '/' && parts.page) return void response.writeHead(302, { Location: GRAPHQL_PATH }).end();
  sendJson(response, 404, {
    code: 'NOT_FOUND',
    message: `There is nothing at ${pathname}. The API is at ${GRAPHQL_PATH}.`,
  });
}

async function answerGraphql(
  { graphql, page, streams, authenticate }: Answering,
  { request, response }: Exchange,
): Promise<void> {
  if (page && wantsPage(request)) return page(request, response);
  if (
    request.method === 'POST' &&
    !/^application\/(graphql\+)?json\b/i.test(request.headers['content-type'] ?? '')
  ) {
    const message = 'Send the operation as JSON, with the header `Content-Type: application/json`.';
    return sendGraphqlError(response, 415, { code: 'UNSUPPORTED_MEDIA_TYPE', message });
  }
  const viewer = (await authenticate(request.headers.authorization)) ?? ANONYMOUS;
  const onStream = () => {
    streams.add(response);
    response.once('close', () => streams.delete(response));
  };
  await graphql(request, response, { viewer, onStream });
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

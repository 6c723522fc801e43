/** graphql-ws on the same port. The protocol is graphql-ws's own; here is who may connect, and with what limits. */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DocumentNode, type ExecutionArgs, GraphQLError, type GraphQLSchema } from 'graphql';
import {
  type Context as SocketContext,
  handleProtocols,
  makeServer,
  type OperationResult,
  type SubscribePayload,
} from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { ANONYMOUS, type Authenticate } from '../access/authenticate.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Logger } from '../lib/logger.ts';
import { carry } from './socket-transport.ts';
import { GRAPHQL_PATH, type GraphqlServer } from './yoga.ts';

const LARGEST_FRAME_BYTES = 256 * 1024;
const INIT_WITHIN_MS = 5_000;
const MOST_SUBSCRIPTIONS = 100;
/** Service restart: clients retry on it. */
const RESTART = 1012;
const SAY_GOODBYE_WITHIN_MS = 2_000;

type Params = { authorization?: unknown };
type Extra = { request: IncomingMessage; viewer?: Viewer };
type Socket = SocketContext<Params, Extra>;

export type WebSockets = { close(): Promise<void> };

export function acceptWebSockets(
  server: HttpServer,
  graphql: GraphqlServer,
  options: {
    authenticate: Authenticate;
    isAllowedOrigin: (request: IncomingMessage) => boolean;
    logger: Logger;
  },
): WebSockets {
  const { authenticate, logger } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME_BYTES, handleProtocols });
  const protocol = makeServer<Params, Extra>({
    ...operations(graphql),
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    onConnect: (socket) => connect(socket, authenticate),
  });
  server.on('upgrade', (request, stream, head) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path !== GRAPHQL_PATH) return refuseUpgrade(stream, '404 Not Found');
    if (!options.isAllowedOrigin(request)) return refuseUpgrade(stream, '403 Forbidden');
    sockets.handleUpgrade(request, stream, head, (socket) =>
      carry(protocol, { socket, extra: { request }, logger }),
    );
  });
  return { close: () => closeAll(sockets) };
}

/** Tells every client to come back; drops those that do not say goodbye. */
async function closeAll(sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients)
    socket.close(RESTART, 'The server restarts: connect again and resume.');
  const late = setTimeout(
    () => sockets.clients.forEach((socket) => socket.terminate()),
    SAY_GOODBYE_WITHIN_MS,
  );
  await new Promise<void>((resolve) => sockets.close(() => resolve()));
  clearTimeout(late);
}

/** Resolves to false for a key that nobody has: the socket is closed with 4403. */
async function connect(socket: Socket, authenticate: Authenticate): Promise<boolean> {
  const given = Object.entries(socket.connectionParams ?? {}).find(
    ([name]) => name.toLowerCase() === 'authorization',
  )?.[1];
  const viewer = typeof given === 'string' ? await authenticate(given) : null;
  if (viewer) socket.extra.viewer = viewer;
  return viewer !== null;
}

/** GraphQL's own functions, with the plugins around them; Yoga types them as `any`. */
type Enveloped = {
  schema: GraphQLSchema;
  parse: (source: string) => DocumentNode;
  validate: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];
  contextFactory: () => unknown;
  execute: (args: ExecutionArgs) => OperationResult;
  subscribe: (args: ExecutionArgs) => OperationResult;
};

/** Every operation goes through the same plugins as over HTTP. */
function operations(graphql: GraphqlServer) {
  const enveloped = new WeakMap<ExecutionArgs, Enveloped>();
  const of = (args: ExecutionArgs) => {
    const envelop = enveloped.get(args);
    if (!envelop) throw new Error('An operation is executed that was not prepared.');
    return envelop;
  };
  return {
    execute: (args: ExecutionArgs) => of(args).execute(args),
    subscribe: (args: ExecutionArgs) => of(args).subscribe(args),
    onSubscribe: async (socket: Socket, _id: string, params: SubscribePayload) => {
      if (Object.keys(socket.subscriptions).length > MOST_SUBSCRIPTIONS) return [tooMany()];
      const envelop: Enveloped = graphql.getEnveloped({
        viewer: socket.extra.viewer ?? ANONYMOUS,
        params,
        request: requestOf(socket),
      });
      try {
        const document = envelop.parse(params.query);
        const problems = envelop.validate(envelop.schema, document);
        if (problems.length > 0) return problems;
        const args = {
          schema: envelop.schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables,
          contextValue: await envelop.contextFactory(),
        };
        enveloped.set(args, envelop);
        return args;
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      }
    },
  };
}

/** Plugins see a request, as over HTTP; what its headers said was for the upgrade. */
const requestOf = ({ extra }: Socket) => new Request(new URL(extra.request.url ?? '/', 'http://websocket'));

const tooMany = () =>
  new GraphQLError(
    `At most ${MOST_SUBSCRIPTIONS} operations can be open on one socket. Complete some, or open another socket.`,
    {
      extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' },
    },
  );

function refuseUpgrade(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

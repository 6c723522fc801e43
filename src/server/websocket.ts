/** graphql-ws on the same port. The protocol is graphql-ws's own; here is who may connect, and with what limits. */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import {
  type Context as SocketContext,
  handleProtocols,
  makeServer,
  type SubscribePayload,
} from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { ANONYMOUS } from '../access/anonymous.ts';
import type { WatchedStream } from '../access/rights-watcher.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Hub } from '../events/hub.ts';
import type { Logger } from '../lib/logger.ts';
import type { Admission } from './limits/admission.ts';
import { Outbox, type OutboxLimits } from './outbox.ts';
import { createSocketOperations, type SocketOperations } from './socket-operations.ts';
import { carry } from './socket-transport.ts';
import { SocketsOfViewers } from './sockets-of-viewers.ts';
import { GRAPHQL_PATH, type GraphqlServer } from './yoga.ts';

const LARGEST_FRAME_BYTES = 256 * 1024;
const INIT_WITHIN_MS = 5_000;
const MOST_SUBSCRIPTIONS = 100;
/** Service restart: clients retry on it. */
const RESTART = 1012;
const SAY_GOODBYE_WITHIN_MS = 2_000;
/** The key or token ended, or a role was lost: clients retry, with what they hold by then. */
const RIGHTS_LOST = 4403;
/** Clients retry, ever more slowly. */
const TRY_LATER = 1013;

type Params = { authorization?: unknown };
type Extra = {
  request: IncomingMessage;
  outbox: Outbox;
  /** Closes the socket: its viewer lost the right to it, or has too many. */
  end: (reason: string) => void;
  refuse: (reason: string) => void;
  isOpen: () => boolean;
  /** What is given back when it closes. */
  stopWatching?: () => void;
  leave?: () => void;
  viewer?: Viewer;
};
type Socket = SocketContext<Params, Extra>;

type SocketOptions = {
  admission: Admission;
  watchRights: (stream: WatchedStream) => () => void;
  isAllowedOrigin: (request: IncomingMessage) => boolean;
  hub: Hub;
  limits: SocketLimits;
  logger: Logger;
};

export type SocketLimits = OutboxLimits & {
  mostPerViewer: number;
  /** A client that has not answered one ping when the next is due is gone. */
  pingEveryMs: number;
};
export const SOCKET_LIMITS: SocketLimits = {
  mostBytes: 256 * 1024,
  slowForMs: 10_000,
  mostPerViewer: 200,
  pingEveryMs: 12_000,
};

export type WebSockets = { close(): Promise<void>; open(): number };

export function acceptWebSockets(
  server: HttpServer,
  graphql: GraphqlServer,
  options: SocketOptions,
): WebSockets {
  const { admission, logger, limits } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME_BYTES, handleProtocols });
  const { prepare, execute, subscribe } = createSocketOperations(graphql, options.hub);
  const open = new SocketsOfViewers(limits.mostPerViewer);
  const protocol = makeServer<Params, Extra>({
    execute,
    subscribe,
    onSubscribe: (socket, id, params) => prepareOn(socket, prepare, { id, params }),
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    onConnect: (socket) => connect(socket, { ...options, open }),
  });
  server.on('upgrade', (request, stream, head) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path !== GRAPHQL_PATH) return refuseUpgrade(stream, '404 Not Found');
    if (!options.isAllowedOrigin(request)) return refuseUpgrade(stream, '403 Forbidden');
    if (admission.waitSeconds(request) > 0) return refuseUpgrade(stream, '429 Too Many Requests');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const extra: Extra = {
        request,
        outbox: new Outbox(socket, stream, limits),
        end: (reason) => socket.close(RIGHTS_LOST, reason),
        refuse: (reason) => socket.close(TRY_LATER, reason),
        isOpen: () => socket.readyState === socket.OPEN,
      };
      socket.once('close', () => {
        extra.stopWatching?.();
        extra.leave?.();
      });
      carry(protocol, { socket, extra, pingEveryMs: limits.pingEveryMs, logger });
    });
  });
  return { close: () => closeAll(sockets), open: () => sockets.clients.size };
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
async function connect(
  socket: Socket,
  { admission, watchRights, open }: SocketOptions & { open: SocketsOfViewers },
): Promise<boolean> {
  const given = Object.entries(socket.connectionParams ?? {}).find(
    ([name]) => name.toLowerCase() === 'authorization',
  )?.[1];
  const authorization = typeof given === 'string' ? given : undefined;
  const { extra } = socket;
  const who = await admission.admit(extra.request, authorization);
  if (who.kind === 'away') extra.refuse('Entra ID is away: your token cannot be checked now.');
  if (who.kind !== 'viewer' || authorization === undefined || !extra.isOpen()) return false;
  const leave = open.take(who.viewer.actor.id);
  if (!leave) {
    extra.refuse('Too many sockets are open with this key or by this person: close some.');
    return false;
  }
  extra.leave = leave;
  extra.viewer = who.viewer;
  extra.stopWatching = watchRights({ authorization, viewer: who.viewer, end: extra.end });
  return true;
}

async function prepareOn(
  { extra, subscriptions }: Socket,
  prepare: SocketOperations['prepare'],
  { id, params }: { id: string; params: SubscribePayload },
) {
  if (Object.keys(subscriptions).length > MOST_SUBSCRIPTIONS) return [tooMany()];
  const { viewer = ANONYMOUS, outbox } = extra;
  return prepare({ id, params, viewer, outbox, request: requestOf(extra) });
}

/** Plugins see a request, as over HTTP; what its headers said was for the upgrade. */
const requestOf = ({ request }: Extra) => new Request(new URL(request.url ?? '/', 'http://websocket'));

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

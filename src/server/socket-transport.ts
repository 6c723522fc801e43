import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

const INTERNAL_ERROR = 4500;

/** Carries one socket's messages to the protocol and back; a peer that answers no ping is dropped. */
export function carry<Extra>(
  protocol: Server<Extra>,
  parts: { socket: WebSocket; extra: Extra; pingEveryMs: number; logger: Logger },
): void {
  const { socket, extra, pingEveryMs, logger } = parts;
  // A frame that ws refuses (too large, malformed) is an error here; ws closes the socket with the right code.
  socket.on('error', (error) => logger.info('A socket was closed for an error.', { reason: error.message }));
  const stopPinging = keepAlive(socket, pingEveryMs);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (data) => send(socket, data),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) =>
        socket.on('message', (data) => {
          handle(Buffer.isBuffer(data) ? data.toString() : '').catch((error: unknown) => {
            logger.error('A message of a socket could not be handled.', { error: messageOf(error) });
            socket.close(INTERNAL_ERROR, 'Internal error');
          });
        }),
    },
    extra,
  );
  socket.once('close', (code, reason) => {
    stopPinging();
    void closed(code, reason.toString());
  });
}

function send(socket: WebSocket, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(data, (error) => (error ? reject(error) : resolve()));
  });
}

function keepAlive(socket: WebSocket, everyMs: number): () => void {
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  const ping = () => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
    timer = setTimeout(ping, everyMs);
  };
  // Each begins at a moment of its own: sockets come by the thousand, and what is told would wait for all their pings.
  let timer = setTimeout(ping, Math.random() * everyMs);
  return () => clearTimeout(timer);
}

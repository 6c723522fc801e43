/** The floor: a ready string, written to everybody whom it concerns. With CORK=1 a socket is corked for a turn. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { onNotification } from './notifications.js';

const isCorked = process.env.CORK === '1';
const EVERYBODY = '*';
const byTenant = new Map();
const server = createServer();
const sockets = new WebSocketServer({ server });

sockets.on('connection', (socket, request) => {
  const key = new URL(request.url, 'http://raw').searchParams.get('tenant') || EVERYBODY;
  const others = byTenant.get(key) ?? new Set();
  byTenant.set(key, others.add(socket));
  socket.on('close', () => others.delete(socket));
  socket.on('error', () => undefined);
});

function send(socket, text) {
  if (isCorked && socket._socket && socket._socket.writableCorked === 0) {
    const connection = socket._socket;
    connection.cork();
    setImmediate(() => connection.uncork());
  }
  socket.send(text);
}

await onNotification(process.env.CHANNEL, (payload) => {
  const { tenantId, ...told } = JSON.parse(payload);
  const text = JSON.stringify({ id: '1', type: 'next', payload: { data: { told } } });
  for (const key of [EVERYBODY, tenantId]) for (const socket of byTenant.get(key) ?? []) send(socket, text);
});
server.listen(Number(process.env.PORT), '127.0.0.1');

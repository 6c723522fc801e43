/** A receiver as an integrator would write it: a real server that verifies with the package of Standard Webhooks. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Webhook } from 'standardwebhooks';

export type Received = {
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
  message: { type: string; timestamp: string; cursor: string | null; data: MessageData };
};
export type MessageData = { id: string; version?: number; tenant: { id: string } } & Record<string, unknown>;

export type Receiver = AsyncDisposable & {
  url: string;
  port: number;
  received: Received[];
  /** The secret with which everything from now on must be signed. */
  trust(secret: string): void;
  /** Answers everything from now on; by default with 204. */
  answer(by: (response: ServerResponse, one: Received) => void): void;
  /** How many were being answered at once, at most, for one tenant and in all. */
  most: { forTenant: number; inAll: number };
};

export type ReceiverOptions = { host?: string; tls?: { key: string; cert: string } };

export async function startReceiver({ host = '127.0.0.1', tls }: ReceiverOptions = {}): Promise<Receiver> {
  const received: Received[] = [];
  const most = { forTenant: 0, inAll: 0 };
  const open: string[] = [];
  let verifier: Webhook | null = null;
  let answer: (response: ServerResponse, one: Received) => void = (response) => response.writeHead(204).end();
  const handle = async (
    request: AsyncIterable<Buffer> & { headers: IncomingHttpHeaders },
    response: ServerResponse,
  ) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    verifier?.verify(body, request.headers as Record<string, string>);
    const message = JSON.parse(body) as Received['message'];
    const one = { id: String(request.headers['webhook-id']), headers: request.headers, body, message };
    const tenant = message.data.tenant?.id ?? '';
    open.push(tenant);
    most.inAll = Math.max(most.inAll, open.length);
    most.forTenant = Math.max(most.forTenant, open.filter((other) => other === tenant).length);
    response.once('close', () => open.splice(open.indexOf(tenant), 1));
    received.push(one);
    answer(response, one);
  };
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    // What cannot be verified is refused, and shows as a delivery that fails.
    handle(request, response).catch((error: unknown) => response.writeHead(401).end(String(error)));
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${port}/hook`,
    port,
    received,
    most,
    trust: (secret) => void (verifier = new Webhook(secret)),
    answer: (by) => void (answer = by),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

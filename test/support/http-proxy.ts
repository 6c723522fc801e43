/** A proxy between two parties that speak HTTP: it sees every exchange whole, and may cut the line on either side of it. */
import { type IncomingMessage, createServer, request as ask, type ServerResponse } from 'node:http';
import { once } from 'node:events';

export type Request = { method: string; path: string; body: string };
export type HttpProxy = AsyncDisposable & { url: string; port: number };

export type HttpProxyOptions = {
  /** `http://host:port` of the party behind it, as of now. */
  target: () => string;
  /** Before it goes on; `cut` keeps it from ever arriving. */
  onRequest?: (request: Request) => 'cut' | void;
  /** When it was answered; `cut` keeps the answer from ever arriving. */
  onAnswer?: (request: Request, answer: { status: number; body: string }) => 'cut' | void;
};

export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxy> {
  const server = createServer((request, response) => {
    // Either party may go away at any moment: the other sees its line cut.
    carry(options, request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, port, [Symbol.asyncDispose]: close };
}

async function carry(
  { target, onRequest, onAnswer }: HttpProxyOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await whole(incoming);
  const { method = 'GET', url: path = '/' } = incoming;
  const request = { method, path, body: body.toString() };
  if (onRequest?.(request) === 'cut') return void incoming.socket.destroy();
  const onward = ask(new URL(path, target()), { method, headers: incoming.headers, agent: false });
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  const said = await whole(answer);
  const { statusCode: status = 502, headers } = answer;
  if (onAnswer?.(request, { status, body: said.toString() }) === 'cut') return void incoming.socket.destroy();
  const { 'transfer-encoding': _chunked, connection: _own, ...rest } = headers;
  outgoing.writeHead(status, { ...rest, 'content-length': said.length }).end(said);
}

async function whole(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

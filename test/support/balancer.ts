/** A load balancer that knows nothing but ports: each connection goes to the next instance that takes it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export async function startBalancer(
  port: number,
  targets: () => readonly number[],
): Promise<AsyncDisposable & { url: string }> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => open.delete(client));
    const ports = targets();
    const first = turn++;
    forward(
      client,
      ports.map((_, n) => ports[(first + n) % ports.length] ?? 0),
    );
  });
  server.listen(port, '127.0.0.1', 4_096);
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forward(client: Socket, [port, ...others]: number[]): void {
  if (port === undefined) return void client.destroy();
  const onward = connect(port, '127.0.0.1');
  let isThrough = false;
  onward.once('connect', () => {
    isThrough = true;
    client.pipe(onward).pipe(client);
    client.once('close', () => onward.destroy());
  });
  onward.on('error', () => (isThrough ? client.destroy() : forward(client, others)));
  onward.once('close', () => isThrough && client.destroy());
}

/** Many subscribers in one process, as light as can be: each parses what it gets, and notes when. */
import WebSocket from 'ws';
import { type Contender, CONNECTION_INIT, TENANTS } from './contenders.ts';

type Client = {
  socket: WebSocket;
  tenant: (typeof TENANTS)[number] | null;
  cursor: string | null;
  isReady: boolean;
  received: number[];
};
type Message = {
  type: string;
  payload?: { data?: { told?: { version?: number; cursor: string } }; errors?: unknown };
};

export class Clients {
  readonly #contender: Contender;
  readonly #port: number;
  readonly #onTold: (sequence: number, at: number) => void;
  readonly all: Client[] = [];
  /** Whether each client also keeps which events it got. */
  isKeeping = false;

  constructor(contender: Contender, port: number, onTold: (sequence: number, at: number) => void) {
    this.#contender = contender;
    this.#port = port;
    this.#onTold = onTold;
  }

  async connect(count: number, isFiltered: boolean): Promise<void> {
    const batch = 250;
    while (this.all.length < count) {
      const opened: Promise<void>[] = [];
      for (let index = 0; index < batch && this.all.length < count; index++) {
        const tenant = isFiltered ? (TENANTS[this.all.length % TENANTS.length] ?? null) : null;
        const client = { tenant, cursor: null, isReady: false, received: [] };
        opened.push(this.#open(client));
      }
      await Promise.all(opened);
    }
  }

  /** Cuts some connections, as a network does; each comes back at once, behind its last cursor if it can. */
  async cut(share: number): Promise<void> {
    const step = Math.round(1 / share);
    const reopened = this.all
      .filter((_, index) => index % step === 0)
      .map((client) => {
        drop(client.socket);
        return this.#subscribe(client);
      });
    await Promise.all(reopened);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.all.map(
        ({ socket }) =>
          new Promise<void>((resolve) => {
            if (socket.readyState === WebSocket.CLOSED) return resolve();
            drop(socket);
            socket.once('close', () => resolve());
          }),
      ),
    );
  }

  #open(parts: Omit<Client, 'socket'>): Promise<void> {
    const client: Client = { ...parts, socket: this.#dial(parts.tenant) };
    this.all.push(client);
    return this.#listen(client);
  }

  #subscribe(client: Client): Promise<void> {
    client.socket = this.#dial(client.tenant);
    return this.#listen(client);
  }

  #dial(tenant: Client['tenant']): WebSocket {
    return new WebSocket(
      `ws://127.0.0.1:${this.#port}${this.#contender.path(tenant)}`,
      'graphql-transport-ws',
      { perMessageDeflate: false, skipUTF8Validation: true },
    );
  }

  /** Until it has said what it wants. A server that is too busy to hear it in time closes the socket: it comes back. */
  #listen(client: Client): Promise<void> {
    const { socket } = client;
    const subscription = this.#contender.subscription(client.tenant, client.cursor);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => void this.#subscribe(client).then(resolve, reject));
      socket.on('open', () => {
        if (!subscription) return resolve();
        socket.send(JSON.stringify(CONNECTION_INIT));
      });
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Message;
        if (message.type === 'next') return this.#told(client, message);
        if (message.type === 'connection_ack') {
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: subscription }));
          return resolve();
        }
        if (message.type === 'error') reject(new Error(`${this.#contender.name} refused: ${String(data)}`));
      });
    });
  }

  #told(client: Client, { payload }: Message): void {
    const told = payload?.data?.told;
    if (!told) throw new Error(`${this.#contender.name} sent no event: ${JSON.stringify(payload)}`);
    client.cursor = told.cursor;
    client.isReady = true;
    if (told.version === undefined) return;
    if (this.isKeeping) client.received.push(told.version);
    this.#onTold(told.version, performance.now());
  }
}

function drop(socket: WebSocket): void {
  socket.removeAllListeners('message').removeAllListeners('close').terminate();
}

/** Many subscribers in one process, as light as can be: each parses what it gets, and notes when. */
import { type Contender, CONNECTION_INIT, TENANTS } from './contenders.ts';
import { Wire } from './wire.ts';

type Client = {
  wire: Wire | null;
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
        void drop(client);
        return this.#subscribe(client);
      });
    await Promise.all(reopened);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(drop));
  }

  #open(parts: Omit<Client, 'wire'>): Promise<void> {
    const client: Client = { ...parts, wire: null };
    this.all.push(client);
    return this.#subscribe(client);
  }

  /** Until it has said what it wants. A server that is too busy to hear it in time closes the socket: it comes back. */
  #subscribe(client: Client): Promise<void> {
    const subscription = this.#contender.subscription(client.tenant, client.cursor);
    const place = { port: this.#port, path: this.#contender.path(client.tenant) };
    return new Promise((resolve, reject) => {
      const onText = (text: string) => {
        if (client.wire !== wire) return;
        const message = JSON.parse(text) as Message;
        if (message.type === 'next') return this.#told(client, message);
        if (message.type === 'connection_ack') {
          wire.send(JSON.stringify({ id: '1', type: 'subscribe', payload: subscription }));
          return resolve();
        }
        if (message.type === 'error') reject(new Error(`${this.#contender.name} refused: ${text}`));
      };
      const onOpen = () => {
        if (!subscription) return resolve();
        wire.send(JSON.stringify(CONNECTION_INIT));
      };
      const onClose = () => {
        if (client.wire === wire) void this.#subscribe(client).then(resolve, reject);
      };
      const wire = new Wire(place, { onOpen, onText, onError: reject, onClose });
      client.wire = wire;
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

/** Whatever its connection still brings is nobody's any more. */
async function drop(client: Client): Promise<void> {
  const { wire } = client;
  client.wire = null;
  await wire?.terminate();
}

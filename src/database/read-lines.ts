/**
 * Lines to Postgres that reads share. A read is sent without waiting for the answers to those before it, and all that come
 * up together are sent together: that saves most of the system calls, and of the switches between processes, which a
 * connection for each read costs. A query takes two thirds of the CPU time.
 */
import { Socket } from 'node:net';
import { Client, type ClientConfig, Pool, type PoolConfig } from 'pg';

/** The busier a line, the more is saved; with two of them there is one beside the one that a long read holds up. */
const LINES = 2;
/** Whoever owes an answer for longer gets no more to do: a read is over within a millisecond or two. */
const STUCK_AFTER_MS = 20;
/** A line that is silent for longer is given up, with all that waits for it. */
const GIVEN_UP_AFTER_MS = 30_000;

type LineOptions = { onLost: (error: Error) => void; givenUpAfterMs?: number };
type Statement = { name?: string };
type Given = readonly [Statement | string, ...unknown[]];
type Ask = (...given: Given) => Promise<unknown>;

/**
 * Statements with a name go over the lines while these keep up, everything else as in any pool. Nothing that may wait for a
 * lock may have a name: what is behind it could be what the lock's holder needs.
 */
export class PoolWithReadLines extends Pool {
  readonly #lines: readonly ReadLine[];

  constructor(config: PoolConfig, options: LineOptions) {
    super(config);
    this.#lines = Array.from({ length: LINES }, () => new ReadLine(config, options));
    const askPool = super.query.bind(this) as Ask;
    const query: Ask = (...given) => {
      const [statement] = given;
      const line = typeof statement === 'object' && statement.name ? this.#freeLine() : null;
      return line ? line.ask(given) : askPool(...given);
    };
    Object.assign(this, { query });
  }

  #freeLine(): ReadLine | null {
    const now = performance.now();
    let best: ReadLine | null = null;
    for (const line of this.#lines)
      if (!line.isStuck(now) && (!best || line.waiting < best.waiting)) best = line;
    return best;
  }

  override async end(): Promise<void> {
    await Promise.all([super.end(), ...this.#lines.map((line) => line.end())]);
  }
}

class ReadLine {
  readonly #config: ClientConfig;
  readonly #options: LineOptions;
  #client: Client | null = null;
  #connecting: Promise<Client> | null = null;
  #socket = new Socket();
  #isHeld = false;
  #lastHeardAt = 0;
  /** How many reads have no answer yet. */
  waiting = 0;

  constructor(config: ClientConfig, options: LineOptions) {
    this.#config = config;
    this.#options = options;
  }

  isStuck(now: number): boolean {
    return this.waiting > 0 && now - this.#lastHeardAt > STUCK_AFTER_MS;
  }

  ask(given: Given): Promise<unknown> {
    if (this.waiting === 0) this.#lastHeardAt = performance.now();
    this.waiting += 1;
    const answer = this.#client
      ? this.#send(this.#client, given)
      : this.#connected().then((client) => this.#send(client, given));
    answer.then(this.#hear, this.#hear);
    return answer;
  }

  readonly #hear = () => {
    this.waiting -= 1;
    this.#lastHeardAt = performance.now();
  };

  #send(client: Client, given: Given): Promise<unknown> {
    this.#holdBack();
    return (client.query as Ask).apply(client, [...given]);
  }

  /** Until everything that was heard together is dealt with. Under TLS, which writes for itself, it has no effect. */
  #holdBack(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    const socket = this.#socket;
    socket.cork();
    setImmediate(() => {
      this.#isHeld = false;
      socket.uncork();
    });
  }

  #connected(): Promise<Client> {
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = null));
    return this.#connecting;
  }

  async #connect(): Promise<Client> {
    const socket = new Socket();
    const client = new Client({
      ...this.#config,
      stream: () => socket,
      pipeline: true,
      query_timeout: this.#options.givenUpAfterMs ?? GIVEN_UP_AFTER_MS,
    });
    const forget = () => {
      if (this.#client === client) this.#client = null;
    };
    client.on('error', (error) => {
      forget();
      this.#options.onLost(error);
    });
    client.once('end', forget);
    await client.connect();
    this.#socket = socket;
    this.#client = client;
    return client;
  }

  async end(): Promise<void> {
    await this.#connecting?.catch(() => null);
    await this.#client?.end();
  }
}

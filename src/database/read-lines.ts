/**
 * Lines to Postgres that reads share. A read is sent without waiting for the answers to those before it, and what comes up
 * together is sent together. That saves most of the system calls and switches between processes that a connection for
 * each read costs: a page takes 190 µs of this process and 93 of Postgres, where it took 258 and 152.
 */
import { Socket } from 'node:net';
import { Client, Pool, type PoolConfig } from 'pg';
import { NAMED_READ } from './prepared.ts';

/** The busier a line, the more is saved. While a long read holds one up, and those behind it, there is another. */
const LINES = 2;
/** Whoever owes an answer for longer gets no more to do: most reads are over within a millisecond. */
const OVERDUE_AFTER_MS = 20;
/** A line that is silent for longer is given up, with all that waits for it. */
const GIVEN_UP_AFTER_MS = 30_000;

type LineOptions = { onLost: (error: Error) => void; givenUpAfterMs?: number };
type Given = readonly [{ name?: string } | string, ...unknown[]];
type Ask = (...given: Given) => Promise<unknown>;

/**
 * A pool whose reads that are kept by name go over the lines, two connections beside its own, as long as these keep up.
 * Nothing that waits for a lock may go there: behind it could be what the lock's holder needs.
 */
export class PoolWithReadLines extends Pool {
  readonly #lines: readonly ReadLine[];

  constructor(config: PoolConfig, options: LineOptions) {
    super(config);
    this.#lines = Array.from({ length: LINES }, () => new ReadLine(config, options));
    const askPool = super.query.bind(this) as Ask;
    const query: Ask = (...given) => (this.#lineFor(given) ?? { ask: askPool }).ask(...given);
    // Pool declares it in so many forms that no method would override them all.
    Object.assign(this, { query });
  }

  #lineFor([statement]: Given): ReadLine | null {
    const isRead = typeof statement === 'object' && statement.name?.startsWith(NAMED_READ);
    if (!isRead || this.ending) return null;
    let best: ReadLine | null = null;
    for (const line of this.#lines) {
      if (!line.isStuck() && (!best || line.waiting < best.waiting)) best = line;
    }
    return best;
  }

  override async end(): Promise<void> {
    await Promise.all([super.end(), ...this.#lines.map((line) => line.end())]);
  }
}

class ReadLine {
  readonly #config: PoolConfig;
  readonly #options: LineOptions;
  #client: Client | null = null;
  #connecting: Promise<Client> | null = null;
  #socket = new Socket();
  #isHeldBack = false;
  #lastHeardAt = 0;
  #isStuck = false;
  /** How many reads have no answer yet. */
  waiting = 0;

  constructor(config: PoolConfig, options: LineOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** An answer may be there already while this process was busy: it is stuck when nothing is heard in this turn either. */
  isStuck(): boolean {
    const lastHeardAt = this.#lastHeardAt;
    const isOverdue = this.waiting > 0 && performance.now() - lastHeardAt > OVERDUE_AFTER_MS;
    if (isOverdue && !this.#isStuck)
      setImmediate(() => (this.#isStuck = this.waiting > 0 && this.#lastHeardAt === lastHeardAt));
    return isOverdue && this.#isStuck;
  }

  async ask(...given: Given): Promise<unknown> {
    if (this.waiting === 0) this.#lastHeardAt = performance.now();
    this.waiting += 1;
    try {
      return await this.#send(this.#client ?? (await this.#connected()), given);
    } finally {
      this.waiting -= 1;
      this.#lastHeardAt = performance.now();
      this.#isStuck = false;
    }
  }

  async #send(client: Client, given: Given): Promise<unknown> {
    this.#holdBack();
    try {
      return await (client.query as Ask).apply(client, [...given]);
    } catch (error) {
      // As a pool does. What Postgres knows by a name may be what is wrong, and only a new connection forgets it.
      this.#retire(client);
      throw error;
    }
  }

  /** Until everything that was heard together is dealt with. Under TLS, which writes for itself, it has no effect. */
  #holdBack(): void {
    if (this.#isHeldBack) return;
    this.#isHeldBack = true;
    const socket = this.#socket;
    socket.cork();
    setImmediate(() => {
      this.#isHeldBack = false;
      socket.uncork();
    });
  }

  /** Those that it still owes get their answers. */
  #retire(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.end().catch(this.#options.onLost);
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
      // It is told more than once of the same loss.
      if (this.#client === client) this.#options.onLost(error);
      forget();
      socket.destroy();
    });
    client.once('end', forget);
    await client.connect();
    await Promise.resolve(this.#config.onConnect?.(client));
    this.#socket = socket;
    this.#client = client;
    return client;
  }

  async end(): Promise<void> {
    await this.#connecting?.catch(() => null);
    await this.#client?.end();
  }
}

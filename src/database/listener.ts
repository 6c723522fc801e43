import { Client } from 'pg';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { backOffMs, pause } from '../lib/pause.ts';

export type ListenerOptions = {
  /** A direct address: LISTEN does not work through a transaction pooler. */
  url: string;
  channels: readonly string[];
  /**
   * Something may be new. Also called for every channel after each connect, with no payload: what was told meanwhile
   * is lost.
   */
  onWake: (channel: string, payload: string) => void;
  logger: Logger;
};

// A connection that went silent is noticed after 3 s + 5 s at most.
const HEARTBEAT_EVERY_MS = 3_000;
const ANSWER_WITHIN_MS = 5_000;

/** The one connection of this process that LISTENs. It carries no data, only "look now", and heals itself. */
export class Listener implements AsyncDisposable {
  readonly #options: ListenerOptions;
  readonly #end = new AbortController();
  readonly #loop: Promise<void>;
  #isListening = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  /** False while the connection is being made again: only polls find news then. */
  get isListening(): boolean {
    return this.#isListening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#end.signal.aborted) {
      const hadListened = await this.#listenUntilLost();
      failures = hadListened ? 1 : failures + 1;
      await pause(backOffMs(failures, 100, 10_000), this.#end.signal);
    }
  }

  async #listenUntilLost(): Promise<boolean> {
    const { url, channels, onWake, logger } = this.#options;
    const client = new Client({
      connectionString: url,
      application_name: 'tenant-sync listener',
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
    });
    const lost = new AbortController();
    client.on('error', () => lost.abort());
    client.on('end', () => lost.abort());
    client.on('notification', ({ channel, payload = '' }) => onWake(channel, payload));
    try {
      await client.connect();
      for (const channel of channels) await client.query(`listen ${client.escapeIdentifier(channel)}`);
      this.#isListening = true;
      for (const channel of channels) onWake(channel, '');
      await this.#watch(client, AbortSignal.any([lost.signal, this.#end.signal]));
    } catch (error) {
      logger.warn('The listening connection to the database was lost.', { error: messageOf(error) });
    }
    const hadListened = this.#isListening;
    this.#isListening = false;
    // A peer that is gone never confirms the end; nobody waits for it longer than this.
    await Promise.race([client.end().catch(() => undefined), pause(1_000)]);
    return hadListened;
  }

  /** Returns when this listener ends, throws when the connection no longer answers. */
  async #watch(client: Client, over: AbortSignal): Promise<void> {
    while (!this.#end.signal.aborted) {
      await client.query('select 1');
      await pause(HEARTBEAT_EVERY_MS, over);
    }
  }
}

import type { Queryable } from '../database/database.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { pause } from '../lib/pause.ts';
import type { Authenticate } from './authenticate.ts';
import { readRights } from './rights.ts';
import { keepsAll, type Viewer } from './viewer.ts';

/** An open stream: with what it was opened, and how to end it. */
export type WatchedStream = {
  authorization: string;
  viewer: Viewer;
  end: (reason: string) => void;
};

/** How long a lost NOTIFY may go unnoticed; half of what is promised (5 s), so that the check itself fits too. */
const CHECK_EVERY_MS = 2_000;
/** A thousand streams of as many keys are checked in a second or two, and requests keep connections for themselves. */
const AT_A_TIME = 4;

/** Ends the streams of those whose key or token expired or was revoked, or who lost a role. */
export class RightsWatcher implements AsyncDisposable {
  readonly #parts: { db: Queryable; authenticate: Authenticate; logger: Logger };
  readonly #streams = new Set<WatchedStream>();
  /** Opened since the last look: rights may have changed between their authentication and their opening. */
  readonly #fresh = new Set<WatchedStream>();
  readonly #end = new AbortController();
  readonly #loop: Promise<void>;
  #wake = new AbortController();
  #version: number | null = null;

  constructor(parts: { db: Queryable; authenticate: Authenticate; logger: Logger }) {
    this.#parts = parts;
    this.#loop = this.#run();
  }

  /** Until the returned function is called, or the stream was ended. */
  watch(stream: WatchedStream): () => void {
    this.#streams.add(stream);
    this.#fresh.add(stream);
    return () => this.#forget(stream);
  }

  /** Rights may have changed: look now. */
  wake(): void {
    this.#wake.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      this.#wake = new AbortController();
      try {
        await this.#check();
      } catch (error) {
        this.#parts.logger.warn('Rights could not be checked; trying again.', { error: messageOf(error) });
      }
      await pause(CHECK_EVERY_MS, AbortSignal.any([this.#end.signal, this.#wake.signal]));
    }
  }

  async #check(): Promise<void> {
    const { version, now } = await readRights(this.#parts.db);
    for (const stream of this.#streams) {
      const { expiresAt } = stream.viewer;
      if (expiresAt !== null && expiresAt <= now) this.#endStream(stream, 'Your key or token has expired.');
    }
    const suspects = version === this.#version ? this.#fresh : this.#streams;
    const waiting = [...Map.groupBy([...suspects], (stream) => stream.authorization)];
    const compareNext = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await this.#compare(...next);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, compareNext));
    this.#version = version;
  }

  /** One that cannot be asked about, as when Entra is away, is looked at again next time and keeps up nobody else. */
  async #compare(authorization: string, opened: readonly WatchedStream[]): Promise<void> {
    const now = await this.#parts.authenticate(authorization).catch((error: unknown) => {
      this.#parts.logger.warn('A key or token could not be checked; trying again.', {
        error: messageOf(error),
      });
      return 'unknown' as const;
    });
    for (const stream of opened) {
      if (now !== 'unknown') this.#fresh.delete(stream);
      else if (this.#streams.has(stream)) this.#fresh.add(stream);
      if (now === 'unknown') continue;
      if (!now) this.#endStream(stream, 'Your key or token is no longer valid.');
      else if (!keepsAll(stream.viewer.grants, now.grants))
        this.#endStream(stream, 'You lost a role: connect again to go on with those that you hold.');
    }
  }

  #endStream(stream: WatchedStream, reason: string): void {
    this.#forget(stream);
    stream.end(reason);
  }

  #forget(stream: WatchedStream): void {
    this.#streams.delete(stream);
    this.#fresh.delete(stream);
  }
}

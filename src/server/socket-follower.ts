import type { Follower } from '../events/hub.ts';
import type { Source } from '../events/hub-group.ts';
import { framesOf, headOf } from './frames.ts';
import type { Outbox } from './outbox.ts';

type Place = {
  position: bigint;
  /** The same subscription behind a position. */
  resume: (position: bigint) => Promise<Source>;
};

/** One subscription of a socket, as the hub knows it. */
export class SocketFollower implements Follower {
  position: bigint;
  readonly #left = new AbortController();
  readonly #outbox: Outbox;
  readonly #head: Buffer;
  readonly #resume: Place['resume'];

  constructor({ id, outbox }: { id: string; outbox: Outbox }, { position, resume }: Place) {
    this.position = position;
    this.#outbox = outbox;
    this.#head = headOf(id);
    this.#resume = resume;
    outbox.enter(this.leave);
  }

  get signal(): AbortSignal {
    return this.#left.signal;
  }

  /** The client completed it, or its socket closed. */
  readonly leave = (): void => this.#left.abort();

  hasRoom(): boolean {
    return this.#outbox.hasRoom();
  }

  tell(payloads: readonly Buffer[]): void {
    this.#outbox.send(framesOf(this.#head, payloads));
  }

  room(): Promise<void> {
    return this.#outbox.room();
  }

  resume(): Promise<Source> {
    return this.#resume(this.position);
  }

  /** It is told nothing more. */
  close(): void {
    this.#outbox.leave(this.leave);
  }
}

import type { Follower } from '../events/hub.ts';
import type { Source } from '../events/hub-group.ts';
import { framesOf, headOf } from './frames.ts';
import type { Outbox } from './outbox.ts';

type Place = {
  position: bigint;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
  /** The same subscription behind a position. */
  resume: (position: bigint) => Promise<Source>;
};

/** One subscription of a socket, as the hub knows it. */
export class SocketFollower implements Follower {
  position: bigint;
  readonly signal: AbortSignal;
  readonly #outbox: Outbox;
  readonly #head: Buffer;
  readonly #resume: Place['resume'];

  constructor({ id, outbox }: { id: string; outbox: Outbox }, { position, signal, resume }: Place) {
    this.position = position;
    this.signal = signal;
    this.#outbox = outbox;
    this.#head = headOf(id);
    this.#resume = resume;
    outbox.enter();
  }

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

  close(): void {
    this.#outbox.leave();
  }
}

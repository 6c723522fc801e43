import type { EventFilter } from './event-filter.ts';
import type { EventBatch } from './read-events.ts';
import type { WaitingRoom } from './waiting-room.ts';

export type Subscription = {
  filter: EventFilter;
  /** Behind which position to begin; null begins with what comes next. */
  after: bigint | null;
  /** Of the log in which `after` is a position; without it, of the present one. */
  epoch?: string;
  signal?: AbortSignal | undefined;
  /** When nothing was yielded for so long, an empty batch tells how far the log was read. */
  quietAfterMs?: number | undefined;
};

/** What a reader has of its feed. */
export type FeedAccess = {
  room: WaitingRoom;
  /** How far the feed has read. Throws CursorExpired when positions mean other events than when the reader began. */
  livePosition: () => bigint;
  /** Some of what matches behind that position. Throws CursorExpired when it is no longer kept. */
  read: (position: bigint, filter: EventFilter) => EventBatch | Promise<EventBatch>;
  onBegin: (reader: FeedReader) => void;
  onEnd: (reader: FeedReader) => void;
};

const END = { done: true, value: undefined } as const;

/**
 * One subscriber's way through the log. Backfill, cutover and streaming are the same loop: read on, or wait at the
 * log's end. It is no generator: one that waits cannot be returned from, and every event would take some more turns of
 * the microtask queue.
 */
export class FeedReader implements AsyncIterableIterator<EventBatch, undefined> {
  readonly #feed: FeedAccess;
  readonly #subscription: Subscription;
  #position: bigint;
  #leaveRoom: (() => void) | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #isQuiet = false;
  #isOver = false;
  /** Ends its waiting, while it waits. */
  #wake: (() => void) | undefined;

  constructor(feed: FeedAccess, subscription: Subscription) {
    this.#feed = feed;
    this.#subscription = subscription;
    // Taken now, not at the first next(): what happens between the two belongs to the subscriber.
    this.#position = subscription.after ?? feed.livePosition();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Only when the one before has resolved. */
  async next(): Promise<IteratorResult<EventBatch, undefined>> {
    try {
      this.#begin();
      while (!this.#isOver) {
        const events = this.#isAtEnd() ? [] : await this.#readOn();
        if (this.#isOver) break;
        if (events.length > 0 || this.#isQuiet) return { value: this.#batchOf(events) };
        if (this.#isAtEnd()) await this.#news();
      }
      return END;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  return(): Promise<IteratorResult<EventBatch, undefined>> {
    this.end();
    return Promise.resolve(END);
  }

  readonly end = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#subscription.signal?.removeEventListener('abort', this.end);
    clearTimeout(this.#quiet);
    this.#leaveRoom?.();
    this.#feed.onEnd(this);
    this.#goOn();
  };

  /** With the first next(), as whoever never asks never says either that it leaves. */
  #begin(): void {
    if (this.#leaveRoom || this.#isOver) return;
    const { filter, signal, quietAfterMs } = this.#subscription;
    if (signal?.aborted) return this.end();
    signal?.addEventListener('abort', this.end);
    this.#leaveRoom = this.#feed.room.enter(filter, this.#onNews);
    if (quietAfterMs !== undefined) this.#quiet = setTimeout(this.#onQuiet, quietAfterMs);
    this.#feed.onBegin(this);
  }

  #isAtEnd(): boolean {
    return this.#position >= this.#feed.livePosition();
  }

  async #readOn(): Promise<EventBatch['events']> {
    const { events, position } = await this.#feed.read(this.#position, this.#subscription.filter);
    this.#position = position;
    // Throws when the log was exchanged meanwhile: then these may be another's events.
    this.#feed.livePosition();
    return events;
  }

  #batchOf(events: EventBatch['events']): EventBatch {
    this.#isQuiet = false;
    this.#quiet?.refresh();
    return { events, position: this.#position };
  }

  async #news(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#isQuiet) this.#skipTo(this.#feed.livePosition());
  }

  /** Whatever concerned it since it began to wait would have woken it. */
  #skipTo(position: bigint): void {
    if (position > this.#position) this.#position = position;
  }

  readonly #onNews = (from: bigint): void => {
    if (this.#wake) this.#skipTo(from);
    this.#goOn();
  };

  readonly #onQuiet = (): void => {
    this.#isQuiet = true;
    this.#goOn();
  };

  #goOn(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

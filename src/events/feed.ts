import type { Db } from '../database/database.ts';
import { Bell } from '../lib/bell.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import { CursorExpired, openCursor } from './cursor.ts';
import { EventWindow } from './event-window.ts';
import type { LoggedEvent } from './event.ts';
import { type EventFilter, matches } from './event-filter.ts';
import { FeedReader, type Subscription } from './feed-reader.ts';
import { beginLog, ensureEpoch, type LogHead, readLogHead } from './log-head.ts';
import { MOST_AT_ONCE, numberEvents } from './number-events.ts';
import { type EventBatch, readEvents, readRange } from './read-events.ts';
import { WaitingRoom } from './waiting-room.ts';

export type FeedOptions = {
  db: Db;
  logger: Logger;
  /** Events held in memory: twice this at most. */
  windowSize?: number;
  /** Told of every event as this process gets it. */
  onTake?: (events: readonly LoggedEvent[]) => void;
  /** How often it looks although nobody woke it: a wake-up may be lost. */
  pollEveryMs?: number;
};

const READ_LIMIT = 500;

type LogEnd = Pick<LogHead, 'epoch' | 'lastPosition'>;

/** Reads the log once for all subscribers of this process, and numbers what was committed. */
export class EventFeed implements AsyncDisposable {
  readonly #db: Db;
  readonly #logger: Logger;
  readonly #onTake: NonNullable<FeedOptions['onTake']>;
  readonly #windowSize: number;
  readonly #pollEveryMs: number;
  readonly #room = new WaitingRoom();
  readonly #readers = new Set<FeedReader>();
  readonly #bell = new Bell();
  readonly #end = new AbortController();
  readonly #loop: Promise<void>;
  #window: EventWindow;
  #epoch: string;
  /** Replaced when positions may mean other events than before. */
  #era = {};
  #position: bigint;

  private constructor(options: FeedOptions, { epoch, lastPosition }: LogEnd) {
    this.#db = options.db;
    this.#logger = options.logger;
    this.#onTake = options.onTake ?? (() => undefined);
    this.#windowSize = options.windowSize ?? 5_000;
    this.#pollEveryMs = options.pollEveryMs ?? 3_000;
    this.#epoch = epoch;
    this.#position = lastPosition;
    this.#window = new EventWindow(this.#windowSize, lastPosition);
    this.#loop = this.#run();
  }

  /** Begins at the log's present end. */
  static async start(options: FeedOptions): Promise<EventFeed> {
    return new EventFeed(options, await beginLog(options.db));
  }

  /** How far this process has read. Whatever is not yet visible to a query made now lies behind it. */
  place(): { epoch: string; position: bigint } {
    return { epoch: this.#epoch, position: this.#position };
  }

  /** Whether anybody subscribes at this moment, in this process. */
  get isWatched(): boolean {
    return this.#readers.size > 0;
  }

  /** The position to read behind. Throws CursorInvalid or CursorExpired. */
  async positionAfter(cursor: string): Promise<bigint> {
    return openCursor(cursor, await readLogHead(this.#db));
  }

  /** Something may be new: look now. For the listener to EVENTS_APPENDED. */
  wake(): void {
    this.#bell.ring();
  }

  /**
   * Batches in the log's order, without gap or double, until the signal aborts or the feed ends. It reads only as fast
   * as it is asked: a slow consumer costs one position. Throws CursorExpired when events behind `after` are gone, or
   * are of another epoch.
   */
  subscribe(subscription: Subscription): AsyncIterableIterator<EventBatch, undefined> {
    if (subscription.epoch !== undefined && subscription.epoch !== this.#epoch) throw new CursorExpired();
    const era = this.#era;
    const feed = {
      room: this.#room,
      livePosition: () => {
        if (era !== this.#era) throw new CursorExpired();
        return this.#position;
      },
      read: (position: bigint, filter: EventFilter) =>
        this.#fromWindow(position, filter) ?? this.#fromTable(position, filter),
      onBegin: (reader: FeedReader) => {
        if (this.#end.signal.aborted) reader.end();
        else this.#readers.add(reader);
      },
      onEnd: (reader: FeedReader) => this.#readers.delete(reader),
    };
    return new FeedReader(feed, subscription);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#bell.ring();
    for (const reader of this.#readers) reader.end();
    await this.#loop;
  }

  #fromTable(after: bigint, filter: EventFilter): Promise<EventBatch> {
    return readEvents(this.#db, { after, limit: READ_LIMIT, filter });
  }

  #fromWindow(position: bigint, filter: EventFilter): EventBatch | undefined {
    const events = this.#window.after(position, READ_LIMIT);
    if (!events) return undefined;
    return {
      events: events.filter((event) => matches(filter, event)),
      position: position + BigInt(events.length),
    };
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#end.signal.aborted) {
      try {
        await this.#look();
        failures = 0;
        await this.#bell.heard(this.#pollEveryMs);
      } catch (error) {
        failures += 1;
        this.#logger.warn('The event log could not be read; trying again.', { error: messageOf(error) });
        await pause(backOffMs(failures, 100, 5_000), this.#end.signal);
      }
    }
  }

  async #look(): Promise<void> {
    for (let isMore = true; isMore && !this.#end.signal.aborted;) {
      const { before, events } = await numberEvents(this.#db);
      if (!before?.isHome) {
        await ensureEpoch(this.#db);
        continue;
      }
      if (before.epoch !== this.#epoch || before.lastPosition < this.#position) this.#restart(before);
      // What others numbered meanwhile; in most cases nothing.
      await this.#readUpTo(before.lastPosition);
      this.#take(events);
      isMore = events.length === MOST_AT_ONCE;
    }
  }

  async #readUpTo(last: bigint): Promise<void> {
    // So far behind that the window would not hold it: subscribers read it from the table.
    const start = last - BigInt(this.#windowSize);
    if (this.#position < start) this.#jumpTo(start);
    while (this.#position < last) await this.#readOn(last);
  }

  async #readOn(last: bigint): Promise<void> {
    const from = this.#position;
    const upTo = from + BigInt(READ_LIMIT);
    const events = await readRange(this.#db, from + 1n, upTo < last ? upTo : last);
    // Retention was faster than this process.
    if (events[0]?.position !== from + 1n) return this.#jumpTo(last);
    this.#take(events);
  }

  #take(events: readonly LoggedEvent[]): void {
    if (events.length === 0) return;
    const from = this.#position;
    this.#window.push(events);
    this.#position += BigInt(events.length);
    this.#room.tell(events, from);
    this.#onTake(events);
  }

  #jumpTo(position: bigint): void {
    const from = this.#position;
    this.#position = position;
    this.#window = new EventWindow(this.#windowSize, position);
    this.#room.wakeAll(from);
  }

  #restart({ epoch, lastPosition }: LogEnd): void {
    this.#logger.warn('The event log has begun a new epoch; subscribers must begin again.', { epoch });
    this.#era = {};
    this.#epoch = epoch;
    this.#position = lastPosition;
    this.#window = new EventWindow(this.#windowSize, lastPosition);
    this.#room.wakeAll(0n);
  }
}

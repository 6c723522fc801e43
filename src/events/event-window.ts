import type { LoggedEvent } from './event.ts';

/** The newest events, held once for all subscribers of this process: from `first` on, without a gap. */
export class EventWindow {
  readonly #size: number;
  #events: LoggedEvent[] = [];
  #first: bigint;

  /** Holds `size` events at least and twice as many at most; begins empty, behind `position`. */
  constructor(size: number, position: bigint) {
    this.#size = size;
    this.#first = position + 1n;
  }

  /** Adds what follows the last one. The older half goes at once, so that the cost of an event stays the same. */
  push(events: readonly LoggedEvent[]): void {
    for (const event of events) this.#events.push(event);
    if (this.#events.length <= this.#size * 2) return;
    const leaving = this.#events.length - this.#size;
    this.#events = this.#events.slice(leaving);
    this.#first += BigInt(leaving);
  }

  /** Up to `limit` events behind that position; undefined when the window begins later. */
  after(position: bigint, limit: number): readonly LoggedEvent[] | undefined {
    if (position + 1n < this.#first) return undefined;
    const start = Number(position + 1n - this.#first);
    return this.#events.slice(start, start + limit);
  }
}

import { Fifo } from '../lib/fifo.ts';

/** A result, ready for the wire. `position` is the place in the log that it tells of. */
export type Told = { position: bigint; payload: Buffer };

/** What one group told last, without a gap from behind `floor` on. */
export class Replay {
  readonly #kept = new Fifo<Told>();
  #floor: bigint;

  constructor(floor: bigint) {
    this.#floor = floor;
  }

  get floor(): bigint {
    return this.#floor;
  }

  /** In the order of the log. */
  *after(position: bigint): Generator<Told, undefined> {
    for (const told of this.#kept) if (told.position > position) yield told;
    return undefined;
  }

  push(told: Told): void {
    this.#kept.push(told);
  }

  /** Answers how many bytes were let go. */
  forgetOldest(): number {
    const oldest = this.#kept.shift();
    if (!oldest) return 0;
    this.#floor = oldest.position;
    return oldest.payload.length;
  }
}

/** Bounds what all groups together keep, by bytes and by age: what an old result says of the present may be over. */
export class ReplayBudget {
  readonly #mostBytes: number;
  readonly #keepMs: number;
  readonly #order = new Fifo<{ replay: Replay; at: number }>();
  #bytes = 0;

  constructor({ mostBytes, keepMs }: { mostBytes: number; keepMs: number }) {
    this.#mostBytes = mostBytes;
    this.#keepMs = keepMs;
  }

  keep(replay: Replay, told: Told): void {
    replay.push(told);
    this.#bytes += told.payload.length;
    this.#order.push({ replay, at: performance.now() });
    this.trim();
  }

  /** Lets go what is too old, or too much. */
  trim(): void {
    const tooOld = performance.now() - this.#keepMs;
    for (;;) {
      const oldest = this.#order.first;
      if (!oldest || (this.#bytes <= this.#mostBytes && oldest.at >= tooOld)) return;
      this.#order.shift();
      this.#bytes -= oldest.replay.forgetOldest();
    }
  }
}

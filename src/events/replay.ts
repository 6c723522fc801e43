import { Fifo } from '../lib/fifo.ts';

/**
 * A result, ready for the wire. `position` is the place in the log that it tells of. One that failed is told, but
 * never again: whoever asks once more gets a new try.
 */
export type Told = { position: bigint; payload: Buffer; hasFailed: boolean };

/** What a kept result takes beside its bytes: 120,000 of 200 bytes took 740 bytes each, with the slabs that they keep. */
const OVERHEAD_BYTES = 540;

const bytesOf = ({ payload }: Told) => payload.length + OVERHEAD_BYTES;

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

  /** What it kept is no use to anybody who is behind this. Answers how many bytes were let go. */
  beginBehind(position: bigint): number {
    const bytes = this.forgetAll();
    this.#floor = position;
    return bytes;
  }

  /** Answers how many bytes were let go. */
  forgetAll(): number {
    let bytes = 0;
    for (let forgotten = this.forgetOldest(); forgotten > 0; forgotten = this.forgetOldest()) {
      bytes += forgotten;
    }
    return bytes;
  }

  /** Answers how many bytes were let go. */
  forgetOldest(): number {
    const oldest = this.#kept.shift();
    if (!oldest) return 0;
    this.#floor = oldest.position;
    return bytesOf(oldest);
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
    if (told.hasFailed) {
      this.#bytes -= replay.beginBehind(told.position);
      return;
    }
    replay.push(told);
    this.#bytes += bytesOf(told);
    this.#order.push({ replay, at: performance.now() });
    this.trim();
  }

  /** What is kept, of all groups. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of a group that is over: nobody can ask it any more. */
  drop(replay: Replay): void {
    this.#bytes -= replay.forgetAll();
    this.trim();
  }

  /** Lets go what is too old, or too much. */
  trim(): void {
    const tooOld = performance.now() - this.#keepMs;
    for (let oldest = this.#order.first; oldest; oldest = this.#order.first) {
      const mayStay = this.#bytes > 0 && this.#bytes <= this.#mostBytes && oldest.at >= tooOld;
      if (mayStay) return;
      this.#order.shift();
      this.#bytes -= oldest.replay.forgetOldest();
    }
  }
}

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { bytesOf, forgetFrames, type Frames, framesAfter } from './frames.ts';

/** Try again later: clients come back and resume behind their cursor. */
const TOO_SLOW = 1013;

export type OutboxLimits = {
  /** Beyond this many bytes that the client has not taken, nothing live is added. */
  mostBytes: number;
  /** How long a client may stay beyond that before its socket is closed. */
  slowForMs: number;
};

/** Who has something to write when this turn ends: one timer for all, as an event may go to thousands. */
let due: Outbox[] = [];

function flushDue(): void {
  const outboxes = due;
  due = [];
  forgetFrames();
  for (const outbox of outboxes) outbox.flush();
}

/**
 * What the hub sends to one socket: all frames of a turn go out in one write. They are whole, as those of ws itself, so
 * that the two never cut into each other.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #limits: OutboxLimits;
  #frames: Frames | undefined;
  #waiting: (() => void)[] = [];
  #deadline: NodeJS.Timeout | undefined;

  /** `stream` is the connection below `socket`. */
  constructor(socket: WebSocket, stream: Duplex, limits: OutboxLimits) {
    this.#socket = socket;
    this.#stream = stream;
    this.#limits = limits;
    socket.once('close', () => this.#release());
  }

  /** Sends `head`, `payload` and a closing brace as one message. Answers whether there is room for more. */
  send(head: Buffer, payload: Buffer): boolean {
    if (!this.#frames) this.#beDue();
    this.#frames = framesAfter(this.#frames, head, payload);
    return this.#buffered() <= this.#limits.mostBytes;
  }

  /** Resolves when the client has taken half of what it may leave, or when the socket closes, also for slowness. */
  room(): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN || this.#hasRoom()) return Promise.resolve();
    this.#deadline ??= setTimeout(() => this.#giveUp(), this.#limits.slowForMs);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Writes now what waits for the end of the turn. */
  flush(): void {
    const frames = this.#frames;
    const isMuch = !this.#hasRoom();
    this.#frames = undefined;
    if (!frames || this.#socket.readyState !== this.#socket.OPEN) return;
    // Whoever waits for room began to in the turn in which it was used up. Nobody else need hear of it: a callback
    // costs a fifth of a write.
    this.#stream.write(bytesOf(frames), isMuch || this.#waiting.length > 0 ? this.#onWritten : undefined);
  }

  #beDue(): void {
    if (due.length === 0) setImmediate(flushDue);
    due.push(this);
  }

  readonly #onWritten = () => {
    if (this.#waiting.length > 0 && this.#hasRoom()) this.#release();
  };

  #buffered(): number {
    return (this.#frames?.size ?? 0) + this.#stream.writableLength;
  }

  #hasRoom(): boolean {
    return this.#buffered() <= this.#limits.mostBytes / 2;
  }

  #giveUp(): void {
    this.#socket.close(TOO_SLOW, 'You read too slowly: connect again and resume behind your last cursor.');
    this.#release();
  }

  #release(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

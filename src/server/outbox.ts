import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { isTurnEnding, writeAtTurnEnd } from '../lib/turn-end.ts';

/** Try again later: clients come back and resume behind their cursor. */
const TOO_SLOW = 1013;

export type OutboxLimits = {
  /** Beyond this many bytes that the client has not taken, nothing live is added. */
  mostBytes: number;
  /** How long a client may stay beyond that before its socket is closed. */
  slowForMs: number;
};

/**
 * What the hub sends to one socket: everything of a turn goes out in one write. It gets whole frames, as those of ws
 * itself, so that the two never cut into each other.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #limits: OutboxLimits;
  /** What waits for the end of the turn. */
  #frames: Buffer[] = [];
  #framesBytes = 0;
  /** How each of them ends. */
  readonly #subscriptions = new Set<() => void>();
  #waiting: (() => void)[] = [];
  #deadline: NodeJS.Timeout | undefined;

  /** `stream` is the connection below `socket`. */
  constructor(socket: WebSocket, stream: Duplex, limits: OutboxLimits) {
    this.#socket = socket;
    this.#stream = stream;
    this.#limits = limits;
    socket.once('close', () => this.#end());
    // What ws itself wrote behind the last frames may have been the longer part.
    stream.on('drain', this.#onWritten);
  }

  /** A subscription begins to send; `end` is called when the socket closes, or was closed. */
  enter(end: () => void): void {
    this.#subscriptions.add(end);
    if (this.#socket.readyState === this.#socket.CLOSED) end();
  }

  /** It has sent everything: that goes out now, before whatever says that it ended. */
  leave(end: () => void): void {
    this.#subscriptions.delete(end);
    this.#flush();
  }

  /**
   * Asked before anything is sent: so what waits is never longer than the limit and what one turn brings. One that
   * closes has no room any more.
   */
  hasRoom(): boolean {
    return this.#isOpen() && this.#buffered() <= this.#limits.mostBytes;
  }

  send(frames: Buffer): void {
    if (!this.#isOpen()) return;
    // Nobody else sends to this socket, and nothing more comes in this turn: thousands need not be gone through twice.
    const isAll = this.#subscriptions.size === 1 && this.#framesBytes === 0 && isTurnEnding();
    if (isAll) this.#write(frames);
    else this.#keep(frames);
  }

  /** Resolves when the client has taken half of what it may leave. One that does not within its time is closed. */
  room(): Promise<void> {
    if (this.#isOpen()) {
      if (this.#isHalfEmpty()) return Promise.resolve();
      this.#deadline ??= setTimeout(() => this.#giveUp(), this.#limits.slowForMs);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #keep(frames: Buffer): void {
    if (this.#frames.length === 0) writeAtTurnEnd(this.#flush);
    this.#frames.push(frames);
    this.#framesBytes += frames.length;
  }

  readonly #flush = () => {
    const frames = this.#frames;
    if (frames.length === 0) return;
    this.#frames = [];
    this.#framesBytes = 0;
    this.#write(frames.length === 1 && frames[0] ? frames[0] : Buffer.concat(frames));
  };

  #write(bytes: Buffer): void {
    if (!this.#isOpen()) return;
    // Only what uses up half of the room need be heard of: a callback costs a fifth of a write.
    const isMuch = this.#stream.writableLength + bytes.length > this.#limits.mostBytes / 2;
    this.#stream.write(bytes, isMuch || this.#waiting.length > 0 ? this.#onWritten : undefined);
  }

  readonly #onWritten = () => {
    if (this.#waiting.length > 0 && this.#isHalfEmpty()) this.#release();
  };

  #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #buffered(): number {
    return this.#framesBytes + this.#stream.writableLength;
  }

  #isHalfEmpty(): boolean {
    return this.#buffered() <= this.#limits.mostBytes / 2;
  }

  #giveUp(): void {
    this.#socket.close(TOO_SLOW, 'You read too slowly: connect again and resume behind your last cursor.');
  }

  #end(): void {
    clearTimeout(this.#deadline);
    for (const end of this.#subscriptions) end();
  }

  #release(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** Try again later: clients come back and resume behind their cursor. */
const TOO_SLOW = 1013;
/** The last fragment of a text message, not masked: RFC 6455, 5.2. */
const TEXT_FRAME = 0x81;
const CLOSING_BRACE = 0x7d;

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
  for (const outbox of outboxes) outbox.flush();
}

/**
 * What the hub sends to one socket: all frames of a turn go out in one write, and a payload that many sockets share is
 * encoded once. It writes whole frames, as ws itself does, so that the two never cut into each other.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #limits: OutboxLimits;
  #parts: { head: Buffer; payload: Buffer }[] = [];
  #bytes = 0;
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
    if (this.#parts.length === 0) this.#beDue();
    this.#parts.push({ head, payload });
    this.#bytes += head.length + payload.length;
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
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    if (parts.length === 0 || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#stream.write(encode(parts), this.#onWritten);
  }

  #beDue(): void {
    if (due.length === 0) setImmediate(flushDue);
    due.push(this);
  }

  readonly #onWritten = () => {
    if (this.#waiting.length > 0 && this.#hasRoom()) this.#release();
  };

  #buffered(): number {
    return this.#bytes + this.#stream.writableLength;
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

function encode(parts: readonly { head: Buffer; payload: Buffer }[]): Buffer {
  let size = 0;
  for (const { head, payload } of parts) {
    const length = head.length + payload.length + 1;
    size += headerSize(length) + length;
  }
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { head, payload } of parts) {
    at = writeHeader(bytes, at, head.length + payload.length + 1);
    at += head.copy(bytes, at);
    at += payload.copy(bytes, at);
    bytes[at++] = CLOSING_BRACE;
  }
  return bytes;
}

const headerSize = (length: number) => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

function writeHeader(bytes: Buffer, at: number, length: number): number {
  bytes[at] = TEXT_FRAME;
  if (length < 126) return bytes.writeUInt8(length, at + 1);
  bytes[at + 1] = length < 65_536 ? 126 : 127;
  return length < 65_536
    ? bytes.writeUInt16BE(length, at + 2)
    : bytes.writeBigUInt64BE(BigInt(length), at + 2);
}

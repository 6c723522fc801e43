/**
 * The client's end of a WebSocket, with no more than the benchmark needs: what thousands of clients in one process spend
 * on a message, the servers beside them cannot have. With `ws` the clients were the slowest part where 5,000 each hear
 * little.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** After `onError` comes `onClose`, too. */
export type WireEvents = {
  onOpen(): void;
  onText(text: string): void;
  onError(error: Error): void;
  onClose(): void;
};

/** All sockets read into the same bytes, one after the other. */
const bytes = Buffer.allocUnsafe(64 * 1024);
const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;
const PONG = 0x8a;
const NOTHING = Buffer.alloc(0);

export class Wire {
  readonly #socket: Socket;
  readonly #events: WireEvents;
  #isOpen = false;
  /** The beginning of what has not come as a whole. */
  #rest: Buffer = NOTHING;

  constructor({ port, path }: { port: number; path: string }, events: WireEvents) {
    this.#events = events;
    const callback = (length: number) => {
      this.#take(bytes.subarray(0, length));
      return true;
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: bytes, callback } });
    this.#socket.once('connect', () => this.#socket.write(handshake(port, path)));
    this.#socket.on('error', (error) => events.onError(error));
    this.#socket.once('close', () => events.onClose());
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  async terminate(): Promise<void> {
    this.#socket.destroy();
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  #take(chunk: Buffer): void {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = this.#isOpen ? 0 : this.#open(all);
    for (let end = frameEnd(all, at); end <= all.length; end = frameEnd(all, at)) {
      this.#frame(all, at, end);
      at = end;
    }
    // A copy: the next socket reads into the same bytes.
    this.#rest = at < all.length ? Buffer.from(all.subarray(at)) : NOTHING;
  }

  /** Where the first frame begins; 0 as long as the answer to the handshake is not whole. */
  #open(all: Buffer): number {
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    const answer = all.toString('latin1', 0, end);
    if (!answer.startsWith('HTTP/1.1 101')) {
      this.#socket.destroy(new Error(`A server opened no WebSocket: ${answer.slice(0, 80)}`));
      return 0;
    }
    this.#isOpen = true;
    this.#events.onOpen();
    return end + 4;
  }

  #frame(all: Buffer, at: number, end: number): void {
    if (!this.#isOpen) return;
    const start = at + headSize(all, at);
    const kind = all[at];
    if (kind === TEXT) this.#events.onText(all.toString('utf8', start, end));
    else if (kind === PING) this.#write(PONG, Buffer.from(all.subarray(start, end)));
    else if (kind === CLOSE) this.#socket.end();
    else if (kind !== PONG) throw new Error(`A server sent a frame that begins with ${kind}.`);
  }

  /** Masked with zeros, as a client must and may. */
  #write(kind: number, payload: Buffer): void {
    if (payload.length > 65_535) throw new Error('The benchmark sends short messages only.');
    const head = Buffer.alloc(payload.length < 126 ? 6 : 8);
    head[0] = kind;
    head[1] = 0x80 | Math.min(payload.length, 126);
    if (payload.length >= 126) head.writeUInt16BE(payload.length, 2);
    this.#socket.write(Buffer.concat([head, payload]));
  }
}

const headSize = (all: Buffer, at: number) => ({ 126: 4, 127: 10 })[all[at + 1] ?? 0] ?? 2;

/** Infinity: more has to come. */
function frameEnd(all: Buffer, at: number): number {
  const size = headSize(all, at);
  if (all.length < at + Math.max(size, 2)) return Infinity;
  const length = all[at + 1] ?? 0;
  if (size === 4) return at + size + all.readUInt16BE(at + 2);
  return at + size + (size === 10 ? Number(all.readBigUInt64BE(at + 2)) : length);
}

const handshake = (port: number, path: string) =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGVuYW50LXN5bmMuYmVuYw==',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    '\r\n',
  ].join('\r\n');

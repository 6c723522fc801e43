/** The last fragment of a text message, not masked: RFC 6455, 5.2. */
const TEXT_FRAME = 0x81;
const CLOSING_BRACE = 0x7d;

/**
 * Messages that wait for the end of a turn, up to this one: `head`, `payload` and a closing brace. `size` is that of
 * all their frames. Sockets that are told the same share them, and their bytes: a thousand subscribers then cost one
 * encoding, and hardly any garbage.
 */
export type Frames = {
  readonly before: Frames | undefined;
  readonly head: Buffer;
  readonly payload: Buffer;
  readonly size: number;
  bytes: Buffer | undefined;
};

/** Clients that count their operations have the same few; those with random ids share theirs with nobody. */
const LONGEST_SHARED_ID = 4;
const MOST_HEADS = 1_000;
const heads = new Map<string, Buffer>();

/** What stands before the payload of each message for the operation of that id. */
export function headOf(id: string): Buffer {
  const known = heads.get(id);
  if (known) return known;
  const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  if (id.length <= LONGEST_SHARED_ID && heads.size < MOST_HEADS) heads.set(id, head);
  return head;
}

/** What was made last in this turn: the next socket is most often told the same. */
let last: Frames | undefined;

/** Those before, and one message more. */
export function framesAfter(before: Frames | undefined, head: Buffer, payload: Buffer): Frames {
  if (last?.head === head && last.payload === payload && last.before === before) return last;
  const size = (before?.size ?? 0) + frameSize(head.length + payload.length + 1);
  last = { before, head, payload, size, bytes: undefined };
  return last;
}

/** At the end of a turn. */
export function forgetFrames(): void {
  last = undefined;
}

/** Whole frames, as ws itself writes them. */
export function bytesOf(frames: Frames): Buffer {
  frames.bytes ??= encode(frames);
  return frames.bytes;
}

function encode(frames: Frames): Buffer {
  const bytes = Buffer.allocUnsafe(frames.size);
  for (let each: Frames | undefined = frames; each; each = each.before) {
    const { before, head, payload } = each;
    let at = writeHeader(bytes, before?.size ?? 0, head.length + payload.length + 1);
    at += head.copy(bytes, at);
    at += payload.copy(bytes, at);
    bytes[at] = CLOSING_BRACE;
  }
  return bytes;
}

const frameSize = (length: number) => (length < 126 ? 2 : length < 65_536 ? 4 : 10) + length;

function writeHeader(bytes: Buffer, at: number, length: number): number {
  bytes[at] = TEXT_FRAME;
  if (length < 126) return bytes.writeUInt8(length, at + 1);
  bytes[at + 1] = length < 65_536 ? 126 : 127;
  return length < 65_536
    ? bytes.writeUInt16BE(length, at + 2)
    : bytes.writeBigUInt64BE(BigInt(length), at + 2);
}

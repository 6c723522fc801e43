/** The last fragment of a text message, not masked: RFC 6455, 5.2. */
const TEXT_FRAME = 0x81;
const CLOSING_BRACE = 0x7d;

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

type Payloads = readonly Buffer[];

/** The next socket is most often told the same: a thousand subscribers then cost one encoding, and no garbage. */
let last: { head: Buffer; payloads: Payloads; frames: Buffer } | undefined;

/** A message of `head`, payload and a closing brace for each, in whole frames, as ws itself writes them. */
export function framesOf(head: Buffer, payloads: Payloads): Buffer {
  if (last?.head === head && last.payloads === payloads) return last.frames;
  last = { head, payloads, frames: encode(head, payloads) };
  return last.frames;
}

function encode(head: Buffer, payloads: Payloads): Buffer {
  const lengthOf = (payload: Buffer) => head.length + payload.length + 1;
  const size = payloads.reduce((sum, payload) => sum + frameSize(lengthOf(payload)), 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const payload of payloads) {
    at = writeHeader(bytes, at, lengthOf(payload));
    at += head.copy(bytes, at);
    at += payload.copy(bytes, at);
    bytes[at++] = CLOSING_BRACE;
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

/** Reads the files of a zip archive: as much of the format as Azure DevOps sends. */
import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** The contents, in the archive's order. Throws for what is no zip archive, and for what is not unpacked here. */
export function unzip(archive: Buffer): Buffer[] {
  const end = archive.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end < 0 || archive.readUInt32LE(end) !== END) throw new Error('The answer is no zip archive.');
  const count = archive.readUInt16LE(end + 10);
  const contents: Buffer[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new Error('The zip archive is damaged.');
    contents.push(contentAt(archive, at));
    const lengths = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    at += 46 + lengths.reduce((sum, length) => sum + length, 0);
  }
  return contents;
}

/** `entry`: where the central directory speaks of it. */
function contentAt(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + size);
  if (method === STORED) return packed;
  if (method === DEFLATED) return inflateRawSync(packed);
  throw new Error(`The zip archive is packed by method ${method}, which is not known here.`);
}

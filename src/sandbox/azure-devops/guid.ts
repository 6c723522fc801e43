import { createHash, randomUUID } from 'node:crypto';

/** The same GUID for the same words, so that a world laid anew keeps the ids that others have stored. */
export function guidOf(...words: string[]): string {
  const bytes = createHash('sha1').update(words.join('\0').toLowerCase()).digest().subarray(0, 16);
  bytes[6] = 0x50 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const newGuid = (): string => randomUUID();

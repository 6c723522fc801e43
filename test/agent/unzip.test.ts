import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import yazl from 'yazl';
import { unzip } from '../../src/agent/unzip.ts';

async function archiveOf(contents: Buffer[], compress: boolean): Promise<Buffer> {
  const archive = new yazl.ZipFile();
  contents.forEach((content, index) => archive.addBuffer(content, `${index}`, { compress }));
  archive.end();
  return buffer(archive.outputStream);
}

const CONTENTS = [
  Buffer.from('one'),
  Buffer.alloc(0),
  Buffer.from('ü'.repeat(50_000)),
  Buffer.from('PK\x05\x06'),
];

test.each([true, false])('Contents come out as they went in (packed: %s)', async (compress) => {
  expect(unzip(await archiveOf(CONTENTS, compress))).toEqual(CONTENTS);
  expect(unzip(await archiveOf([], compress))).toEqual([]);
});

test('What is no archive is refused', async () => {
  expect(() => unzip(Buffer.from('<html>'))).toThrow('no zip archive');
  const damaged = await archiveOf(CONTENTS.slice(0, 2), false);
  damaged.fill(0, damaged.lastIndexOf('PK\x01\x02'), damaged.lastIndexOf('PK\x01\x02') + 4);
  expect(() => unzip(damaged)).toThrow('damaged');
});

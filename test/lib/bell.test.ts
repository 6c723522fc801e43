import { expect, test } from 'vitest';
import { Bell } from '../../src/lib/bell.ts';

const LONG_MS = 600_000;

test('A ring is heard by who waits, and by who waits only later', async () => {
  const bell = new Bell();
  const heard = bell.heard(LONG_MS);
  bell.ring();
  await heard;
  bell.ring();
  await bell.heard(LONG_MS);
});

test('Any number of rings are heard as one, and silence lasts only so long', async () => {
  const bell = new Bell();
  bell.ring();
  bell.ring();
  await bell.heard(LONG_MS);
  const silence = bell.heard(20).then(() => 'silence');
  const ring = bell.heard(0).then(() => 'nothing');
  expect(await Promise.all([silence, ring])).toEqual(['silence', 'nothing']);
});

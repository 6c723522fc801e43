import { expect, test } from 'vitest';
import { isoMoment } from '../../src/lib/iso-moment.ts';

test('A moment is written as toISOString writes it, in every year that there is', () => {
  const farthest = 8_640_000_000_000_000;
  const moments = [0, -1, 1, 999, -86_400_000, farthest, -farthest, Date.parse('0000-01-01T00:00:00Z')];
  for (let index = 0; index < 5_000; index++) {
    moments.push(Math.floor((index / 2_500 - 1) * farthest * 0.999));
    moments.push(Date.parse('2026-11-23T00:00:00Z') + index * 7_654_321);
  }
  for (const ms of moments) expect(isoMoment(new Date(ms))).toBe(new Date(ms).toISOString());
});

test('What is no moment is refused', () => {
  expect(() => isoMoment(new Date(NaN))).toThrow(RangeError);
});

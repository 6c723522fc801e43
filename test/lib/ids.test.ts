import { expect, test } from 'vitest';
import { isId, newId } from '../../src/lib/ids.ts';

test('Ids say what they name, sort by age, and carry a valid UUID version 7', () => {
  const older = newId('run', 1_700_000_000_000);
  const newer = newId('run', 1_700_000_000_001);
  expect(older < newer).toBe(true);
  expect(older).toMatch(/^run_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
});

test('An id is taken only for the kind that its prefix says', () => {
  const id = newId('ten');
  expect(isId(id, 'ten')).toBe(true);
  for (const text of ['', id.slice(0, -1), `${id}0`, id.toUpperCase(), ` ${id}`, `${id}\n`]) {
    expect(isId(text, 'ten'), text).toBe(false);
  }
  expect(isId(id, 'run')).toBe(false);
});

import { expect, test } from 'vitest';
import { HookTrust } from '../../src/poller/hook-trust.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Hooks of a project that was looked at once, while run 1 was open. */
function watch() {
  const hooks = new HookTrust();
  hooks.show([1], 0);
  return hooks;
}

test('Hooks are not trusted before one has announced a run', () => {
  const hooks = watch();
  expect(hooks.isProven(0)).toBe(false);
  hooks.hear(2, 10 * SECOND);
  expect(hooks.isProven(10 * SECOND)).toBe(false);
  hooks.show([1, 2], 11 * SECOND);
  expect(hooks.isProven(11 * SECOND)).toBe(true);
});

test('A look may be faster than the hook, by 20 seconds', () => {
  const hooks = watch();
  hooks.show([1, 2], 10 * SECOND);
  hooks.hear(2, 30 * SECOND);
  expect(hooks.isProven(30 * SECOND)).toBe(true);
});

test('A run that no hook announces ends the trust, and one that is announced brings it back', () => {
  const hooks = watch();
  hooks.hear(2, 0);
  hooks.show([2], SECOND);
  hooks.show([2, 3], 60 * SECOND);
  expect(hooks.isProven(80 * SECOND)).toBe(true);
  expect(hooks.isProven(81 * SECOND)).toBe(false);
  hooks.hear(4, 90 * SECOND);
  hooks.show([4], 91 * SECOND);
  expect(hooks.isProven(91 * SECOND)).toBe(true);
});

test('Hooks that come an hour late prove nothing, whether the run is still open, has ended, or was open at the start', () => {
  const hooks = watch();
  hooks.show([1, 2, 3], SECOND);
  hooks.show([1, 2], 2 * SECOND);
  for (const late of [1, 2, 3]) hooks.hear(late, HOUR);
  hooks.show([1, 2], HOUR + SECOND);
  expect(hooks.isProven(HOUR + SECOND)).toBe(false);
});

test('Hooks of pipelines that are no tenant’s prove nothing', () => {
  const hooks = watch();
  hooks.hear(99, SECOND);
  hooks.show([1], 2 * SECOND);
  expect(hooks.isProven(2 * SECOND)).toBe(false);
});

test('Silence ends the trust after an hour', () => {
  const hooks = watch();
  hooks.hear(2, 0);
  hooks.show([2], SECOND);
  expect(hooks.isProven(HOUR)).toBe(true);
  expect(hooks.isProven(HOUR + 2 * SECOND)).toBe(false);
});

import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSeal } from '../../src/lib/seal.ts';

const older = { id: 'k1', key: randomBytes(32) };
const newer = { id: 'k2', key: randomBytes(32) };

test('What was sealed comes back, also after the keys were rotated', () => {
  const sealed = createSeal([older]).close('a refresh token', 'tenant 1');
  expect(sealed).not.toContain('refresh');
  expect(createSeal([newer, older]).open(sealed, 'tenant 1')).toBe('a refresh token');
});

test('A sealed value works in no other place, not when altered, and not without its key', () => {
  const seal = createSeal([older]);
  const sealed = seal.close('a refresh token', 'tenant 1');
  expect(() => seal.open(sealed, 'tenant 2')).toThrow();
  expect(() => seal.open(`${sealed.slice(0, -2)}AA`, 'tenant 1')).toThrow();
  expect(() => createSeal([newer]).open(sealed, 'tenant 1')).toThrow('"k1" is not among the configured keys');
  expect(() => seal.open('nonsense', 'tenant 1')).toThrow();
});

test('A value is wrapped with the newest key without being opened, and works in its place only', () => {
  const sealed = createSeal([older]).close('a refresh token', 'tenant 1');
  const both = createSeal([newer, older]);
  const rewrapped = both.rewrap(sealed);
  expect(rewrapped.startsWith(both.newestPrefix)).toBe(true);
  expect(both.rewrap(rewrapped)).toBe(rewrapped);
  const only = createSeal([newer]);
  expect(only.open(rewrapped, 'tenant 1')).toBe('a refresh token');
  expect(() => only.open(rewrapped, 'tenant 2')).toThrow();
  expect(() => only.rewrap(sealed)).toThrow('"k1" is not among the configured keys');
});

test('Each value has a data key of its own', () => {
  const seal = createSeal([older]);
  const [one, other] = [seal.close('x', 'c').split('.'), seal.close('x', 'c').split('.')];
  const mixed = [...one.slice(0, 5), ...other.slice(5)].join('.');
  expect(() => seal.open(mixed, 'c')).toThrow();
});

test('The same text is sealed differently each time', () => {
  const seal = createSeal([older]);
  expect(seal.close('x', 'c')).not.toBe(seal.close('x', 'c'));
});

import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/pipeline/canonical-json.ts';

test('writes the example of RFC 8785', () => {
  const value: unknown = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  );
  expect(canonicalJson(value)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

test('orders keys by UTF-16 code units', () => {
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
  const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
  const ordered = Object.keys(JSON.parse(text) as object).filter((key) => key !== '1');
  expect(ordered).toEqual(['\r', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
});

test('keeps a key that is named like the prototype', () => {
  expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1},"b":1}');
});

test.each([
  ['undefined', undefined],
  ['a missing member', { a: undefined }],
  ['NaN', NaN],
  ['infinity', [Infinity]],
  ['a date', new Date(0)],
  ['a big integer', 1n],
  ['half a surrogate pair', '\ud83d'],
])('refuses %s', (_what, value) => {
  expect(() => canonicalJson(value)).toThrow();
});

test('refuses nesting that only an attack has', () => {
  expect(() => canonicalJson(JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)))).toThrow('100 levels');
});

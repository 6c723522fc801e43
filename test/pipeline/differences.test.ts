import { describe, expect, test } from 'vitest';
import { pathOf } from '../../src/pipeline/configuration-file.ts';
import { compareFile, compareFiles } from '../../src/pipeline/differences.ts';

const POLICY = pathOf('MSGraph:ConditionalAccess:Policies', 'P');
const WIFI = pathOf('MSGraph:Intune:DeviceConfigurations', 'W');
const json = JSON.stringify;
const compare = (path: string, before: unknown, after: unknown) =>
  compareFile(path, before === null ? null : json(before), after === null ? null : json(after));

test('finds no difference in spelling, key order, unordered lists and notes', () => {
  const before = {
    state: 'enabled',
    conditions: { users: { includeUsers: ['a', 'b'] }, clientAppTypes: ['x', 'y'] },
  };
  const after = {
    $note: 'n',
    conditions: { clientAppTypes: ['y', 'x'], users: { includeUsers: ['b', 'a'] } },
    state: 'enabled',
  };
  expect(compareFile(POLICY, json(before), `${json(after, null, 4)}\n\n`)).toBeNull();
});

test('minds the order of lists whose order means something', () => {
  expect(compare(POLICY, { list: [1, 2] }, { list: [2, 1] })?.properties).toEqual([
    { path: 'list', before: '[1,2]', after: '[2,1]', isSensitive: false },
  ]);
});

test('names each property at the deepest place, with what it was and becomes', () => {
  const before = {
    state: 'enabled',
    conditions: { users: { includeUsers: ['a'] } },
    old: 1,
    items: [{ k: 1 }, { k: 2 }],
  };
  const after = {
    state: 'disabled',
    conditions: { users: { includeUsers: ['a', 'b'] } },
    '@odata.type': 't',
    items: [{ k: 1 }, { k: 3 }],
  };
  expect(compare(POLICY, before, after)).toMatchObject({
    kind: 'CHANGED',
    configurationType: 'MSGraph:ConditionalAccess:Policies',
    category: 'Entra ID',
    displayName: 'P',
    invalid: null,
    properties: [
      { path: '["@odata.type"]', before: null, after: '"t"' },
      { path: 'conditions.users.includeUsers', before: '["a"]', after: '["a","b"]' },
      { path: 'items[1].k', before: '2', after: '3' },
      { path: 'old', before: '1', after: null },
      { path: 'state', before: '"enabled"', after: '"disabled"' },
    ],
  });
});

test('shows a unified diff of the canonical JSON', () => {
  const diff = compare(POLICY, { b: 1, a: 1 }, { a: 2, b: 1 })?.diff ?? '';
  expect(diff).toContain(`--- a/${POLICY}`);
  expect(diff).toContain('-  "a": 1,\n+  "a": 2,\n   "b": 1\n');
});

test('tells additions and removals apart, in the order of the paths, of known and unknown types', () => {
  const other = pathOf('Vendor:Thing', 'T');
  const found = compareFiles(
    new Map([
      [POLICY, '{"a":1}'],
      ['README.md', 'x'],
    ]),
    new Map([
      [other, '{"b":1}'],
      ['tenant.json', '{}'],
    ]),
  );
  expect(found.map(({ kind, path, category }) => [kind, path, category])).toEqual([
    ['REMOVED', POLICY, 'Entra ID'],
    ['ADDED', other, 'Other'],
  ]);
  expect(found[1]?.properties).toEqual([{ path: 'b', before: null, after: '1', isSensitive: false }]);
});

describe('sensitive values', () => {
  const before = {
    ssid: 'S',
    preSharedKey: 'first-secret',
    omaSettings: [{ omaUri: 'u', value: 'second-secret' }],
  };
  const secrets = ['first-secret', 'second-secret', 'third-secret', 'fourth-secret'];
  const shown = (found: ReturnType<typeof compare>) => json([found?.properties, found?.diff]);

  test('are seen to change, and nothing more', () => {
    const after = {
      ...before,
      preSharedKey: 'third-secret',
      omaSettings: [{ omaUri: 'u', value: 'fourth-secret' }],
    };
    const found = compare(WIFI, before, after);
    expect(found?.properties).toEqual([
      { path: 'omaSettings[0].value', before: null, after: null, isSensitive: true },
      { path: 'preSharedKey', before: null, after: null, isSensitive: true },
    ]);
    expect(found?.diff).toContain('-  "preSharedKey": "***"');
    expect(found?.diff).toContain('+  "preSharedKey": "*** (changed)"');
  });

  test.each([
    ['another property changes', { ...before, ssid: 'T' }],
    [
      'the list around them grows',
      { ...before, omaSettings: [...before.omaSettings, { omaUri: 'v', value: 'third-secret' }] },
    ],
    ['they are removed', { ssid: 'S' }],
    ['the object is removed', null],
  ])('stay hidden when %s', (_what, after) => {
    for (const [one, two] of [
      [before, after],
      [after, before],
    ]) {
      const text = shown(compare(WIFI, one, two));
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  test('stay hidden when the file is not valid JSON', () => {
    const found = compareFile(WIFI, json(before), '{"preSharedKey":"third-secret",');
    expect(found?.invalid).toContain('is not a configuration file');
    for (const secret of secrets) expect(shown(found)).not.toContain(secret);
  });
});

test('compares a file that is not valid JSON as text, and says so', () => {
  const found = compareFile(POLICY, '{"a":1}', '{"a":\0 oops');
  expect(found).toMatchObject({ kind: 'CHANGED', properties: [], after: '{"a":\0 oops' });
  expect(found?.invalid).toContain(POLICY);
  expect(found?.diff).toContain('+{"a":\uFFFD oops');
});

test('shows a huge change whole instead of searching for the shortest diff', () => {
  const many = (seed: number) =>
    Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`k${index}`, index * seed + seed]));
  const found = compare(POLICY, many(3), many(7));
  expect(found?.properties.length).toBeGreaterThan(5000);
  expect(found?.diff.split('\n').length).toBeGreaterThan(12_000);
});

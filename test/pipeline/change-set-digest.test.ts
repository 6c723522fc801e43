import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { changeSetDigest, type DigestedChange } from '../../src/pipeline/change-set-digest.ts';
import { pathOf } from '../../src/pipeline/configuration-file.ts';

type Vectors = { vectors: { name: string; digestKey: string; changes: DigestedChange[]; digest: string }[] };
const vectorsFile = new URL('../../schema/digest-vectors.json', import.meta.url);
const { vectors } = JSON.parse(await readFile(vectorsFile, 'utf8')) as Vectors;
const key = Buffer.alloc(32, 1);

test.each(vectors)('gives the published digest of: $name', ({ digestKey, changes, digest }) => {
  expect(changeSetDigest(changes, Buffer.from(digestKey, 'base64'))).toBe(digest);
});

const TYPE = 'MSGraph:ConditionalAccess:Policies';
const change = (name: string, after: DigestedChange['after']): DigestedChange => ({
  kind: 'CHANGED',
  configurationType: TYPE,
  path: pathOf(TYPE, name),
  before: { state: 'enabled' },
  after,
});
const base = [
  change('A', { b: 1, a: [{ y: 1, x: 2 }] }),
  change('B', { conditions: { users: { includeUsers: ['p', 'q'] } } }),
];

test('does not depend on the order of changes, keys and unordered lists, nor on notes', () => {
  const same = [
    change('B', { conditions: { users: { includeUsers: ['q', 'p'] } } }),
    change('A', { $note: 1, a: [{ x: 2, y: 1 }], b: 1 }),
  ];
  expect(changeSetDigest(same, key)).toBe(changeSetDigest(base, key));
});

test('changes with every part of every change', () => {
  const [first, second] = base;
  if (!first || !second) throw new Error('two changes expected');
  const others: DigestedChange[][] = [
    [],
    [first],
    [{ ...first, kind: 'ADDED' }, second],
    [{ ...first, path: pathOf(TYPE, 'C') }, second],
    [{ ...first, before: null }, second],
    [{ ...first, before: '{}' }, second],
    [{ ...first, before: {} }, second],
    [{ ...first, after: { b: 1, a: [{ y: 1, x: 3 }] } }, second],
    [{ ...first, configurationType: 'Other' }, second],
  ];
  const digests = [base, ...others].map((changes) => changeSetDigest(changes, key));
  expect(new Set(digests).size).toBe(digests.length);
});

test('sees a sensitive value change, under one key only', () => {
  const type = 'MSGraph:Intune:DeviceConfigurations';
  const wifi = (preSharedKey: string): DigestedChange[] => [
    {
      kind: 'ADDED',
      configurationType: type,
      path: pathOf(type, 'W'),
      before: null,
      after: { preSharedKey },
    },
  ];
  expect(changeSetDigest(wifi('one'), key)).not.toBe(changeSetDigest(wifi('two'), key));
  expect(changeSetDigest(wifi('one'), key)).not.toBe(changeSetDigest(wifi('one'), Buffer.alloc(32, 2)));
  expect(changeSetDigest(base, key)).toBe(changeSetDigest(base, Buffer.alloc(32, 2)));
});

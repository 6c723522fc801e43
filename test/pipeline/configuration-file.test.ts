import { expect, test } from 'vitest';
import { CONFIGURATION_TYPES } from '../../src/pipeline/configuration-types.ts';
import {
  contentOf,
  fileOf,
  InvalidFile,
  parseProperties,
  pathOf,
  readPath,
} from '../../src/pipeline/configuration-file.ts';

const POLICIES = 'MSGraph:ConditionalAccess:Policies';

test.each([
  ['Block legacy authentication', 'Block legacy authentication'],
  ['CA-01: admins / all', 'CA-01%3A admins %2F all'],
  ['100 % "safe"?', '100 %25 %22safe%22%3F'],
  ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
  [' spaces at the ends ', '%20spaces at the ends%20'],
  ['Größe 日本 😀', 'Größe 日本 %F0%9F%98%80'],
  ['e\u0301 is not \u00e9', 'e%CC%81 is not é'],
  ['a\0b\nc', 'a%00b%0Ac'],
])('names %j as the file %j, and back', (displayName, file) => {
  const path = pathOf(POLICIES, displayName);
  expect(path).toBe(`Source/Resources/Content/MSGraph/ConditionalAccess/Policies/${file}.json`);
  expect(readPath(path)).toEqual({ configurationType: POLICIES, displayName });
});

test('knows every type of the table by its path', () => {
  for (const { type } of CONFIGURATION_TYPES)
    expect(readPath(pathOf(type, 'x'))?.configurationType).toBe(type);
});

test.each([
  'tenant.json',
  'Source/Resources/Content/x.json',
  'Source/Resources/Content/MSGraph/Groups/x.txt',
  'Source/Resources/Content/MSGraph//.json',
])('takes %s for no configuration file', (path) => expect(readPath(path)).toBeNull());

test('writes equal objects as equal files, whatever the order of keys and unordered lists', () => {
  const one = { state: 'enabled', conditions: { users: { excludeGroups: ['b', 'a'] }, z: [2, 1] } };
  const other = { conditions: { z: [2, 1], users: { excludeGroups: ['a', 'b'] } }, state: 'enabled' };
  expect(contentOf(POLICIES, one)).toBe(contentOf(POLICIES, other));
  expect(contentOf(POLICIES, one)).toContain('"z": [\n      2,\n      1\n    ]');
});

test('reads back what it wrote, but for properties that are null: they say the same as none', () => {
  const properties = { displayName: 'x', list: [{ b: 1, a: 'ü' }, null], __proto: 1 };
  const object = { configurationType: 'Other:Type', displayName: 'x', properties };
  const { path, content } = fileOf(object);
  expect(parseProperties(path, content)).toEqual(properties);
  const unset = { ...properties, n: null, list: [{ b: 1, a: 'ü', c: null }, null] };
  expect(fileOf({ ...object, properties: unset }).content).toBe(content);
});

test.each(['', '{', '[]', '"text"', 'null', '{"a":"\\ud83d"}'])(
  'refuses %j and names the file',
  (content) => {
    const parse = () => parseProperties('Source/x.json', content);
    expect(parse).toThrow(InvalidFile);
    expect(parse).toThrow('Source/x.json is not a configuration file');
  },
);

test('does not mind a byte order mark', () => {
  expect(parseProperties('x', '\uFEFF{"a":1}')).toEqual({ a: 1 });
});

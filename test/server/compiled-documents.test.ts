import { type DocumentNode, parse } from 'graphql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CompiledDocuments } from '../../src/server/compiled/compiled-documents.ts';

const compile = vi.fn(() => () => undefined);
const used = (documents: CompiledDocuments, document: DocumentNode, times: number) =>
  Array.from({ length: times }, () => documents.use(document, null)).at(-1) ?? null;
const drawn = (count: number) => Array.from({ length: count }, (_, index) => parse(`{ f${index} }`));

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => {
  vi.useRealTimers();
  compile.mockClear();
});

test('What comes for the tenth time is compiled, once', () => {
  const documents = new CompiledDocuments(compile);
  const document = parse('{ __typename }');
  expect(used(documents, document, 9)).toBeNull();
  expect(used(documents, document, 1)).not.toBeNull();
  expect(documents.find(document, null)).not.toBeNull();
  expect(documents.find(document, 'Another')).toBeNull();
  used(documents, document, 100);
  expect(compile).toHaveBeenCalledTimes(1);
});

test('However many come at once, they are compiled one after the other, with a pause', () => {
  const documents = new CompiledDocuments(compile, { most: 100, pauseMs: 50 });
  const all = drawn(3);
  for (const document of all) used(documents, document, 20);
  expect(compile).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(50);
  for (const document of all) used(documents, document, 1);
  expect(compile).toHaveBeenCalledTimes(2);
});

test('Beyond its bound the one that was not used for longest is forgotten, and may come again', () => {
  const documents = new CompiledDocuments(compile, { most: 2, pauseMs: 0 });
  const [first, second, third] = drawn(3) as [DocumentNode, DocumentNode, DocumentNode];
  used(documents, first, 10);
  used(documents, second, 10);
  used(documents, first, 1);
  used(documents, third, 10);
  const isKept = (document: DocumentNode) => documents.find(document, null) !== null;
  expect([first, second, third].map(isKept)).toEqual([true, false, true]);
  expect(used(documents, second, 10)).not.toBeNull();
});

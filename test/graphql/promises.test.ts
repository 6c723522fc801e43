import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const unescaped = (text: string) => text.replaceAll("\\'", "'");

test('Every test that schema/README.md names exists', () => {
  const promises = readFileSync('schema/README.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('- ') && line.includes(' — "'));
  const named = promises.flatMap((line) =>
    [...line.slice(line.indexOf(' — "')).matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  );
  const tests = unescaped(
    globSync('test/**/*.test.ts')
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n'),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !tests.includes(name))).toEqual([]);
});

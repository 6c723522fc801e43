import { access, readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../src/server/schema.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

const snippets = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path);

describe('the README', () => {
  it('shows only operations that the schema has', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(5);
    for (const snippet of snippets) {
      expect(
        validate(schema, parse(snippet)).map((error) => error.message),
        snippet,
      ).toEqual([]);
    }
  });

  it('links only to files that exist', async () => {
    for (const path of new Set(links)) {
      await expect(access(new URL(`../${path}`, import.meta.url)), path).resolves.toBeUndefined();
    }
  });
});

import { randomBytes } from 'node:crypto';
import { TokenCacheContext, type ISerializableTokenCache } from '@azure/msal-node';
import { expect, it } from 'vitest';
import { mergeTokenCaches } from '../../src/azure-devops/merge-token-caches.ts';
import { createTokenCache } from '../../src/azure-devops/token-cache.ts';
import { createSeal } from '../../src/lib/seal.ts';
import { createTestDatabase } from '../support/database.ts';

it('two changes of one cache are both kept, removals too', () => {
  const base = { Account: { a: { v: 1 }, b: { v: 1 } }, RefreshToken: { r: { secret: 'old' } } };
  const ours = {
    Account: { a: { v: 1 } },
    RefreshToken: { r: { secret: 'ours' } },
    AccessToken: { t: { n: 1 } },
  };
  const theirs = {
    Account: { a: { v: 2 }, b: { v: 1 }, c: { v: 1 } },
    RefreshToken: { r: { secret: 'old' } },
  };
  const merged: unknown = JSON.parse(
    mergeTokenCaches({
      base: JSON.stringify(base),
      ours: JSON.stringify(ours),
      theirs: JSON.stringify(theirs),
    }),
  );
  expect(merged).toEqual({
    Account: { a: { v: 2 }, c: { v: 1 } },
    RefreshToken: { r: { secret: 'ours' } },
    AccessToken: { t: { n: 1 } },
  });
});

/** What the plugin sees of MSAL: a text that it may replace and read. */
function cacheOf(): ISerializableTokenCache & { text: string } {
  const cache = {
    text: '{}',
    deserialize: (text: string) => void (cache.text = text),
    serialize: () => cache.text,
  };
  return cache;
}

it('a cache that another process wrote meanwhile is not overwritten', async () => {
  await using test = await createTestDatabase();
  const seal = createSeal([{ id: 'k', key: randomBytes(32) }]);
  const open = () => {
    const cache = cacheOf();
    const plugin = createTokenCache({ db: test.database.db, seal }, 'ten_1');
    const access = (hasChanged: boolean) => new TokenCacheContext(cache, hasChanged);
    return {
      cache,
      load: () => plugin.beforeCacheAccess(access(false)),
      save: () => plugin.afterCacheAccess(access(true)),
    };
  };
  const [one, other] = [open(), open()];
  await Promise.all([one.load(), other.load()]);
  one.cache.text = '{"AccessToken":{"one":{"n":1}}}';
  other.cache.text = '{"AccessToken":{"other":{"n":2}}}';
  await Promise.all([one.save(), other.save()]);
  const reader = open();
  await reader.load();
  expect(JSON.parse(reader.cache.text)).toEqual({ AccessToken: { one: { n: 1 }, other: { n: 2 } } });
});

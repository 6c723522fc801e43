import type { ICachePlugin } from '@azure/msal-node';
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../database/database.ts';
import type { Seal } from '../lib/seal.ts';
import { tokenCaches } from './azure-devops.table.ts';
import { mergeTokenCaches } from './merge-token-caches.ts';

type Row = { plain: string; version: number };

const TRIES = 5;

/**
 * MSAL's cache of one owner, sealed in its row. For one app object and one call at a time: it remembers what it read,
 * and when another process has written meanwhile, its own changes are made on that.
 */
export function createTokenCache({ db, seal }: { db: Db; seal: Seal }, owner: string): ICachePlugin {
  let read: Row | null = null;
  return {
    async beforeCacheAccess({ tokenCache }) {
      read = await load(db, seal, owner);
      tokenCache.deserialize(read?.plain ?? '{}');
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }) {
      if (!cacheHasChanged) return;
      const base = read?.plain ?? '{}';
      const ours = tokenCache.serialize();
      for (let attempt = 1; attempt <= TRIES; attempt++) {
        const plain =
          read?.plain === base || !read ? ours : mergeTokenCaches({ base, ours, theirs: read.plain });
        if (
          await save(db, { owner, sealed: seal.close(plain, contextOf(owner)), version: read?.version ?? 0 })
        ) {
          read = { plain, version: (read?.version ?? 0) + 1 };
          return;
        }
        read = await load(db, seal, owner);
      }
      throw new Error(
        `The token cache of ${owner} was written by others ${TRIES} times while it was to be saved.`,
      );
    },
  };
}

const contextOf = (owner: string) => `token-cache:${owner}`;

async function load(db: Db, seal: Seal, owner: string): Promise<Row | null> {
  const [row] = await db.select().from(tokenCaches).where(eq(tokenCaches.owner, owner));
  return row ? { plain: seal.open(row.sealed, contextOf(owner)), version: row.version } : null;
}

/** Only on the version that was read; 0 for a row that was not there. */
async function save(db: Db, row: { owner: string; sealed: string; version: number }): Promise<boolean> {
  const { owner, sealed, version } = row;
  if (version === 0) {
    const inserted = await db.insert(tokenCaches).values({ owner, sealed }).onConflictDoNothing().returning();
    return inserted.length === 1;
  }
  const updated = await db
    .update(tokenCaches)
    .set({ sealed, version: version + 1, updatedAt: sql`now()` })
    .where(and(eq(tokenCaches.owner, owner), eq(tokenCaches.version, version)))
    .returning();
  return updated.length === 1;
}

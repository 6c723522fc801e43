import type { Db } from '../database/database.ts';
import type { Seal } from '../lib/seal.ts';
import type { Post } from './post.ts';
import type { Reach } from './target-address.ts';

/** What the operations on web hooks work with. */
export type WebHookServices = { db: Db; seal: Seal; reach: Reach; post: Post };

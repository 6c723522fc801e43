import type { Viewer } from '../access/viewer.ts';
import type { Db } from '../database/database.ts';
import type { LogPlace } from '../events/cursor.ts';
import type { EventFeed } from '../events/feed.ts';
import type { Seal } from '../lib/seal.ts';

/**
 * What a resolver is given, made for each request. An interface, because later rooms add to it what only they know.
 * In a subscription it lives for hours: nothing in it may be remembered from one event to the next.
 */
export interface Context {
  db: Db;
  viewer: Viewer;
  feed: EventFeed;
  seal: Seal;
  /** The log's place when the request arrived, before anything else was read for it. */
  logPlace: LogPlace;
  /** The last cursor that a reconnecting event stream has got: a subscription resumes behind it. */
  lastEventId: string | null;
  /** Told the position behind which a subscription begins. */
  onStart?: (position: bigint) => void;
  /** Told the cursor of each event right before it is executed. */
  onTold?: (cursor: string) => void;
  /** What Azure could not be asked about for longer is stale. */
  staleAfterMs: number;
  /** Pause between heartbeats on a quiet subscription. */
  heartbeatEveryMs: number;
}

import type { Viewer } from '../../src/access/viewer.ts';
import type { Context } from '../../src/graphql/context.ts';
import type { Api } from './api.ts';

/** What resolvers get when a test executes without a server in between. */
export const contextFor = (api: Api, viewer: Viewer): Context => ({
  db: api.db,
  viewer,
  feed: api.feed,
  seal: api.seal,
  logPlace: api.feed.place(),
  lastEventId: null,
  staleAfterMs: 90_000,
  heartbeatEveryMs: 60_000,
  services: api.services,
  webHooks: api.webHooks,
});

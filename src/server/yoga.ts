import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Viewer } from '../access/viewer.ts';
import type { EventFeed } from '../events/feed.ts';
import type { Context } from '../graphql/context.ts';
import type { Services } from '../sync-runs/services.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { WebHookServices } from '../web-hooks/web-hook-services.ts';
import { lastEventIdOf, sendEventIds } from './event-ids.ts';
import { createCompiledQueries } from './compiled/execute-compiled.ts';
import { refuseAnonymous } from './guards.ts';
import { boundedDocumentCache } from './limits/document-cache.ts';
import { type AnswerKnown, createKnownQueries } from './known-queries.ts';
import type { IntrospectionPolicy } from './limits/introspection.ts';
import { limitCost } from './limits/limit-cost.ts';
import { limitVariables } from './limits/limit-variables.ts';
import { limitDocuments } from './limits/read-document.ts';
import { errorMasker } from './mask-errors.ts';
import { observeOperations } from './observe-operations.ts';
import { schema } from './schema.ts';

/** What the transports (HTTP, WebSocket) know of a request before GraphQL does. */
export type Caller = {
  viewer: Viewer;
  /** Told when the answer will be a stream, which never ends by itself. */
  onStream?: () => void;
};
export type GraphqlServer = YogaServerInstance<Caller, Context>;

export const GRAPHQL_PATH = '/graphql';
export const LARGEST_BODY_BYTES = 1024 * 1024;

export function createGraphql(options: {
  services: Services;
  webHooks: WebHookServices;
  feed: EventFeed;
  heartbeatEveryMs: number;
  introspection: IntrospectionPolicy;
  metrics: Metrics;
}): { graphql: GraphqlServer; answerKnown: AnswerKnown } {
  const { services, webHooks, feed, heartbeatEveryMs, metrics } = options;
  const { db, seal, settings, logger } = services;
  const contextFor = (viewer: Viewer, lastEventId: string | null = null): Context => ({
    db,
    viewer,
    feed,
    seal,
    logPlace: feed.place(),
    lastEventId,
    staleAfterMs: settings.staleAfterMs,
    heartbeatEveryMs,
    services,
    webHooks,
  });
  const compiled = createCompiledQueries(schema);
  const cache = boundedDocumentCache();
  const maskError = errorMasker(logger);
  const graphql = createYoga<Caller, Context>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    context: ({ viewer, request }) => contextFor(viewer, lastEventIdOf(request)),
    plugins: [
      // The first, so that whatever others put around the execution is around this one, too.
      compiled.plugin,
      observeOperations(metrics),
      limitDocuments,
      refuseAnonymous(options),
      limitVariables(),
      limitCost(),
      sendEventIds,
      tellStreams,
    ],
    maskedErrors: { maskError },
    logging: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    maxRequestBodySize: LARGEST_BODY_BYTES,
    parserAndValidationCache: cache,
    multipart: false,
    batching: false,
    graphiql: false,
    landingPage: false,
    cors: false,
  });
  const documents = cache.documentCache;
  return {
    graphql,
    answerKnown: createKnownQueries({ schema, documents, compiled, metrics, maskError, contextFor }),
  };
}

const tellStreams: Plugin<object, Caller> = {
  onResponse: ({ response, serverContext }) => {
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) serverContext.onStream?.();
  },
};

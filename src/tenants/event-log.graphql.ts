import { encodeCursor } from '../events/cursor.ts';
import { readLogHead } from '../events/log-head.ts';
import { readEvents } from '../events/read-events.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { EventInterface, EventKindEnum, TenantEventInterface, type ToldEvent } from '../graphql/event.ts';
import { parseId } from '../graphql/ids.ts';
import { PageInfo, parseCount } from '../graphql/paging.ts';
import { type EventQuery, scopedFilter, tellEventsWithHeartbeat, told } from '../graphql/tell-events.ts';
import { parseTenantFilter, TenantFilterInput } from './tenant-filter.graphql.ts';
import { eventQueryOf } from './tenant-events.graphql.ts';

const EventFilterInput = builder.inputType('EventFilter', {
  description: 'Which events. Each part that is given must hold.',
  fields: (t) => ({
    kinds: t.field({
      type: [EventKindEnum],
      description: 'The event is of one of these kinds. Heartbeats come all the same.',
    }),
    tenantIds: t.idList({ description: 'It is about one of these tenants.' }),
    syncRunId: t.id({ description: 'It is about this run.' }),
    tenant: t.field({
      type: TenantFilterInput,
      description: 'It is about a tenant that fits this before or after the event.',
    }),
  }),
});

function parseEventFilter(input: typeof EventFilterInput.$inferInput | null | undefined): EventQuery {
  if (!input) return {};
  return {
    kinds: input.kinds ?? undefined,
    tenantIds: input.tenantIds?.map((id) => parseId(id, 'ten')),
    runId: input.syncRunId == null ? undefined : parseId(input.syncRunId, 'run'),
    ...(input.tenant ? eventQueryOf(parseTenantFilter(input.tenant)) : {}),
  };
}

type EventPage = { edges: ToldEvent[]; hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string };

const EventEdge = builder.objectRef<ToldEvent>('EventEdge').implement({
  description: 'One event of a page.',
  fields: (t) => ({
    cursor: t.expose('cursor', {
      type: 'Cursor',
      description: "The event's own cursor: it also works in subscriptions.",
    }),
    node: t.field({ type: TenantEventInterface, description: 'The event.', resolve: (event) => event }),
  }),
});

export const EventConnection = builder.objectRef<EventPage>('EventConnection').implement({
  description: 'A page of the event log, oldest event first.',
  fields: (t) => ({
    edges: t.field({
      type: [EventEdge],
      description: 'The events of this page, in the order of the log.',
      resolve: (page) => page.edges,
    }),
    pageInfo: t.field({
      type: PageInfo,
      description:
        'Whether there is more. `endCursor` is how far the log was read, also when nothing matched: continue or subscribe after it.',
      resolve: ({ edges, hasNextPage, hasPreviousPage, endCursor }) => ({
        hasNextPage,
        hasPreviousPage,
        startCursor: edges[0]?.cursor ?? null,
        endCursor,
      }),
    }),
  }),
});

/** A page of the log behind `after`, or from its oldest kept event. */
export async function eventPage(
  context: Context,
  query: EventQuery,
  args: { first?: number | null | undefined; after?: string | null | undefined },
): Promise<EventPage> {
  const limit = parseCount('first', args.first);
  const { db, feed, logPlace } = context;
  const after =
    args.after == null ? (await readLogHead(db)).firstPosition - 1n : await feed.positionAfter(args.after);
  const batch = await readEvents(db, { after, limit: limit + 1, filter: scopedFilter(context, query) });
  const hasNextPage = batch.events.length > limit;
  const edges = batch.events.slice(0, limit).map((event) => told(context, event));
  const readTo = encodeCursor({ epoch: logPlace.epoch, position: batch.position });
  return {
    edges,
    hasNextPage,
    hasPreviousPage: args.after != null,
    endCursor: hasNextPage ? (edges.at(-1)?.cursor ?? readTo) : readTo,
  };
}

export const eventPageArgs = builder.args((t) => ({
  first: t.int({ description: 'How many events, 1 to 100; 20 when left out.' }),
  after: t.field({
    type: 'Cursor',
    description: 'Only events behind this cursor; from the oldest that is kept when left out.',
  }),
}));

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description:
      'The event log: the same events in the same order as the subscriptions, kept for at least 7 days.',
    args: {
      ...eventPageArgs,
      filter: t.arg({ type: EventFilterInput, description: 'Which events; all when left out.' }),
    },
    resolve: (_root, { filter, ...page }, context) => eventPage(context, parseEventFilter(filter), page),
  }),
);

builder.subscriptionField('events', (t) =>
  t.field({
    type: EventInterface,
    description:
      'Every event, as it happens, and a heartbeat when nothing happened for 30 seconds. Begins with the next one, or exactly behind `after`.',
    args: {
      filter: t.arg({ type: EventFilterInput, description: 'Which events; all when left out.' }),
      after: t.arg({
        type: 'Cursor',
        description: 'Resume behind this cursor. One that is too old is refused with CURSOR_EXPIRED.',
      }),
    },
    subscribe: (_root, { filter, after }, context) =>
      tellEventsWithHeartbeat(context, parseEventFilter(filter), after),
    resolve: (event) => event,
  }),
);

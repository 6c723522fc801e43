import { visibleTenants } from '../access/visible.ts';
import { encodeCursor } from '../events/cursor.ts';
import type { EventKind, LoggedEvent } from '../events/event.ts';
import type { EventFilter } from '../events/event-filter.ts';
import type { EventBatch } from '../events/read-events.ts';
import { newId } from '../lib/ids.ts';
import type { Context } from './context.ts';
import type { Heartbeat, ToldEvent } from './event.ts';

/** What a reader asks of the log; whose tenants are visible is the viewer's matter. */
export type EventQuery = Omit<EventFilter, 'visibleTenants'>;

export function scopedFilter({ viewer }: Context, query: EventQuery): EventFilter {
  return { ...query, visibleTenants: visibleTenants(viewer) };
}

/**
 * The position to read behind: the cursor's, or where the log stood when the request came. A client that reconnects
 * sends the same operation again: then the last event it got counts, not the variable.
 */
export async function startOf(
  { feed, logPlace, lastEventId, onStart }: Context,
  after: string | null | undefined,
): Promise<bigint> {
  const cursor = lastEventId ?? after;
  const start = cursor == null ? logPlace.position : await feed.positionAfter(cursor);
  onStart?.(start);
  return start;
}

const cursorAt = ({ logPlace }: Context, position: bigint) =>
  encodeCursor({ epoch: logPlace.epoch, position });

export function told(context: Context, event: LoggedEvent): ToldEvent {
  const { id, occurredAt, tenantId, runId, actor, body } = event;
  return {
    kind: body.kind,
    id,
    cursor: cursorAt(context, event.position),
    occurredAt,
    tenantId,
    runId,
    actor,
    body,
  };
}

/** The events of a subscription, from behind `after` on. Throws CursorInvalid or CursorExpired. */
export async function tellEvents<Kind extends EventKind>(
  context: Context,
  query: EventQuery & { kinds: readonly Kind[] },
  after: string | null | undefined,
): Promise<AsyncIterableIterator<ToldEvent<Kind>>> {
  const batches = context.feed.subscribe({
    filter: scopedFilter(context, query),
    after: await startOf(context, after),
    epoch: context.logPlace.epoch,
  });
  return flattened(context, batches, ({ events }) =>
    events.map((event) => told(context, event)).filter(isOf(query.kinds)),
  );
}

/** The same of every kind, with a heartbeat when nothing came for as long as the context says. */
export async function tellEventsWithHeartbeat(
  context: Context,
  query: EventQuery,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<ToldEvent | Heartbeat>> {
  const batches = context.feed.subscribe({
    filter: scopedFilter(context, query),
    after: await startOf(context, after),
    epoch: context.logPlace.epoch,
    quietAfterMs: context.heartbeatEveryMs,
  });
  return flattened<ToldEvent | Heartbeat>(context, batches, ({ events, position }) =>
    events.length > 0
      ? events.map((event) => told(context, event))
      : [heartbeat(cursorAt(context, position))],
  );
}

const isOf =
  <Kind extends EventKind>(kinds: readonly Kind[]) =>
  (event: ToldEvent): event is ToldEvent<Kind> =>
    kinds.some((kind) => kind === event.kind);

const heartbeat = (cursor: string): Heartbeat => ({
  kind: 'HEARTBEAT',
  id: newId('evt'),
  cursor,
  occurredAt: new Date(),
});

/** Not a generator: one that waits for its source cannot be ended from outside. */
function flattened<Item extends { cursor: string }>(
  context: Context,
  batches: AsyncIterableIterator<EventBatch>,
  itemsOf: (batch: EventBatch) => Item[],
): AsyncIterableIterator<Item> {
  let waiting: Item[] = [];
  const next = async (): Promise<IteratorResult<Item>> => {
    for (;;) {
      const item = waiting.shift();
      if (item !== undefined) {
        context.onTold?.(item.cursor);
        return { done: false, value: item };
      }
      const batch = await batches.next();
      if (batch.done) return { done: true, value: undefined };
      waiting = itemsOf(batch.value);
    }
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next,
    return: async () => {
      await batches.return?.();
      return { done: true, value: undefined };
    },
  };
}

import { inTransaction, type Db } from '../../src/database/database.ts';
import { appendEvents } from '../../src/events/append-events.ts';
import { SERVICE_ACTOR } from '../../src/events/actor.ts';
import type { EventBody, LoggedEvent, NewEvent, TenantFacts } from '../../src/events/event.ts';
import { encodeCursor } from '../../src/events/cursor.ts';
import { eventOutbox } from '../../src/events/events.table.ts';
import type { EventFeed } from '../../src/events/feed.ts';
import { readLogHead } from '../../src/events/log-head.ts';
import type { EventBatch } from '../../src/events/read-events.ts';
import type { RunId, TenantId } from '../../src/lib/ids.ts';
import { waitFor } from './wait-for.ts';

export const CONTOSO: TenantId = 'ten_00000000000070008000000000000001';
export const FABRIKAM: TenantId = 'ten_00000000000070008000000000000002';

export type EventParts = {
  tenantId?: TenantId;
  runId?: RunId;
  facts?: Partial<TenantFacts>;
  body?: EventBody;
};

/** An event as the nouns write it; `version` tells one from the next. */
export function newEvent(
  version: number,
  { tenantId = CONTOSO, runId, facts, body }: EventParts = {},
): NewEvent {
  return {
    tenantId,
    runId: runId ?? null,
    actor: SERVICE_ACTOR,
    tenant: {
      organization: 'contoso',
      project: 'config',
      name: 'contoso-prod',
      displayName: 'Contoso',
      domain: 'contoso.com',
      baselineId: null,
      isBaseline: false,
      statusBefore: 'IDLE',
      statusAfter: 'STARTING',
      ...facts,
    },
    body: body ?? { kind: 'TENANT_STATUS_CHANGED', previousStatus: 'IDLE', status: 'STARTING', version },
  };
}

export function append(db: Db, ...events: NewEvent[]): Promise<void> {
  return inTransaction(db, (tx) => appendEvents(tx, events));
}

/** What newEvent was given as `version`. */
export function versionOf({ body }: LoggedEvent): number {
  return body.kind === 'TENANT_STATUS_CHANGED' ? body.version : -1;
}

/** Takes batches until that many events came; leaves the subscription open. */
export async function take(
  batches: AsyncIterator<EventBatch, undefined>,
  count: number,
): Promise<LoggedEvent[]> {
  const taken: LoggedEvent[] = [];
  while (taken.length < count) {
    const { value } = await batches.next();
    if (!value) throw new Error(`The subscription ended after ${taken.length} of ${count} events.`);
    taken.push(...value.events);
  }
  return taken;
}

/** The cursor behind everything that was appended so far; right after a change the server's own may still be older. */
export async function cursorNow({ db, feed }: { db: Db; feed: EventFeed }): Promise<string> {
  const isAtEnd = async () => {
    const [waiting, { lastPosition }] = await Promise.all([db.$count(eventOutbox), readLogHead(db)]);
    return waiting === 0 && feed.place().position === lastPosition;
  };
  await waitFor('the server to have read the whole log', isAtEnd);
  return encodeCursor(feed.place());
}

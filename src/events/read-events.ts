import { and, asc, desc, eq, gt, gte, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database/database.ts';
import { CursorExpired } from './cursor.ts';
import type { LoggedEvent, TenantFacts } from './event.ts';
import { type EventFilter, matches } from './event-filter.ts';
import { events } from './events.table.ts';
import { readLogHead } from './log-head.ts';

/** What matched, in order, and how far the log was read for it: everything that matches up to `position` is there. */
export type EventBatch = { events: LoggedEvent[]; position: bigint };

/** At most `limit` events behind `after`. Throws CursorExpired when some of those behind it are no longer kept. */
export async function readEvents(
  q: Queryable,
  { after, limit, filter }: { after: bigint; limit: number; filter: EventFilter },
): Promise<EventBatch> {
  const found: LoggedEvent[] = [];
  const until = (await readLogHead(q)).lastPosition;
  let position = after;
  while (found.length < limit && position < until) {
    const missing = limit - found.length;
    const rows = await q
      .select()
      .from(events)
      .where(and(gt(events.position, position), lte(events.position, until), coarseCondition(filter)))
      .orderBy(asc(events.position))
      .limit(missing);
    found.push(...rows.filter((row) => matches(filter, row)));
    position = rows.length < missing ? until : (rows.at(-1)?.position ?? until);
  }
  // Asked last: what is still kept now was kept while it was read.
  if ((await readLogHead(q)).firstPosition > after + 1n) throw new CursorExpired();
  return { events: found, position: position > after ? position : after };
}

/** The last `limit` kept events before that position, in the log's order. */
export async function readEventsBefore(
  q: Queryable,
  { before, limit, filter }: { before: bigint; limit: number; filter: EventFilter },
): Promise<LoggedEvent[]> {
  const found: LoggedEvent[] = [];
  let position = before;
  for (;;) {
    const missing = limit - found.length;
    const rows = await q
      .select()
      .from(events)
      .where(and(lt(events.position, position), coarseCondition(filter)))
      .orderBy(desc(events.position))
      .limit(missing);
    found.push(...rows.filter((row) => matches(filter, row)));
    position = rows.at(-1)?.position ?? 0n;
    if (found.length === limit || rows.length < missing) return found.reverse();
  }
}

/** Every event from the first to the last of those positions, unfiltered: for the feed of this process. */
export function readRange(q: Queryable, first: bigint, last: bigint): Promise<LoggedEvent[]> {
  return q
    .select()
    .from(events)
    .where(and(gte(events.position, first), lte(events.position, last)))
    .orderBy(asc(events.position));
}

/**
 * What an index can do of a filter: lets through everything that matches, and perhaps more. `matches` decides: Postgres
 * and JavaScript do not agree on every letter's case.
 */
function coarseCondition({ visibleTenants, tenantIds, runId, kinds, tenant }: EventFilter): SQL | undefined {
  const fact = (name: keyof TenantFacts) => sql`${events.tenant} ->> ${name}`;
  return and(
    visibleTenants === 'ALL' ? undefined : isAnyOf(sql`${events.tenantId}`, [...visibleTenants]),
    tenantIds && isAnyOf(sql`${events.tenantId}`, tenantIds),
    runId === undefined ? undefined : eq(events.runId, runId),
    kinds && isAnyOf(sql`${events.body} ->> 'kind'`, kinds),
    tenant?.statuses &&
      or(isAnyOf(fact('statusBefore'), tenant.statuses), isAnyOf(fact('statusAfter'), tenant.statuses)),
    tenant?.organization === undefined ? undefined : eq(fact('organization'), tenant.organization),
    tenant?.baselineId === undefined ? undefined : eq(fact('baselineId'), tenant.baselineId),
  );
}

function isAnyOf(value: SQL, texts: readonly string[]): SQL {
  return texts.length === 0 ? sql`false` : inArray(value, texts);
}

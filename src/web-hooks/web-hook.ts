/** Pure: what a web hook and a delivery are, and when a delivery is tried again. */
import type { Actor } from '../events/actor.ts';
import type { EventKind } from '../events/event.ts';
import type { EventFilter } from '../events/event-filter.ts';
import type { DeliveryId, EventId, RunId, TenantId, WebHookId } from '../lib/ids.ts';

export const OFF_REASONS = ['ADMIN', 'FAILING', 'GONE', 'CURSOR_EXPIRED'] as const;
export type OffReason = (typeof OFF_REASONS)[number];

/** It belongs to the fleet, whoever made it: only admins of the fleet see it and decide what it is told. */
export type WebHook = {
  id: WebHookId;
  name: string;
  url: string;
  /** null: of every kind, about every tenant. */
  kinds: readonly EventKind[] | null;
  tenantIds: readonly TenantId[] | null;
  isOn: boolean;
  offReason: OffReason | null;
  offAt: Date | null;
  /** Tries that failed since one succeeded, and when the first of them did. */
  failures: number;
  failingSince: Date | null;
  /** The receiver asked to be left alone until then. */
  restUntil: Date | null;
  /** How far the log was read for it. */
  epoch: string;
  position: bigint;
  createdBy: Actor;
  createdAt: Date;
};

export const DELIVERY_STATUSES = ['WAITING', 'DELIVERED', 'GIVEN_UP'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event on its way to one web hook. */
export type Delivery = {
  id: DeliveryId;
  webHookId: WebHookId;
  eventId: EventId;
  tenantId: TenantId;
  runId: RunId | null;
  kind: EventKind;
  position: number;
  body: string;
  status: DeliveryStatus;
  attempts: number;
  queuedAt: Date;
  firstTriedAt: Date | null;
  lastTriedAt: Date | null;
  nextTryAt: Date | null;
  finishedAt: Date | null;
  responseStatus: number | null;
  error: string | null;
};

/** What its maker, an admin of the fleet, may see is everything; what it asks for is its own filter. */
export function filterOf({ kinds, tenantIds }: Pick<WebHook, 'kinds' | 'tenantIds'>): EventFilter {
  return { visibleTenants: 'ALL', kinds: kinds ?? undefined, tenantIds: tenantIds ?? undefined };
}

export function stillWants({ kinds, tenantIds }: WebHook, { kind, tenantId }: Delivery): boolean {
  return (kinds === null || kinds.includes(kind)) && (tenantIds === null || tenantIds.includes(tenantId));
}

export type RetryPolicy = {
  /** The pause after each failed try; the last one again and again. */
  pausesMs: readonly number[];
  /** Given up when the next try would come later than that after the first. */
  giveUpAfterMs: number;
};

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** 15 tries in 71 h 43 min: a receiver that is down from Friday evening to Monday morning loses nothing. */
export const RETRIES: RetryPolicy = {
  pausesMs: [
    ...[5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE],
    ...[1, 2, 4, 6, 8, 10, 12, 13, 15].map((hours) => hours * HOUR),
  ],
  giveUpAfterMs: 72 * HOUR,
};

/** Failed tries of the hook in a row after which one that succeeds lets everything that waits go at once. */
export const OUTAGE_FAILURES = 3;

/** When it is tried again after try number `attempts` failed; null: it is given up. */
export function nextTry(
  { pausesMs, giveUpAfterMs }: RetryPolicy,
  tried: { attempts: number; firstTriedAt: Date; now: Date; retryAfterMs: number | null },
): Date | null {
  const { attempts, firstTriedAt, now, retryAfterMs } = tried;
  const pauseMs = pausesMs[attempts - 1] ?? pausesMs.at(-1) ?? 0;
  const at = now.getTime() + Math.max(pauseMs, retryAfterMs ?? 0);
  return at - firstTriedAt.getTime() > giveUpAfterMs ? null : new Date(at);
}

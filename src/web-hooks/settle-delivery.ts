/** What a try came to, put on record, and the lane given back: one transaction. */
import { and, eq } from 'drizzle-orm';
import { databaseNow, type Db, inTransaction, type Tx } from '../database/database.ts';
import type { Lease } from './claim-lanes.ts';
import { lockHook, refreshLanes, tryNow } from './lanes.ts';
import type { Answer } from './post.ts';
import { switchOff } from './switch-off.ts';
import {
  type Delivery,
  nextTry,
  type OffReason,
  OUTAGE_FAILURES,
  type RetryPolicy,
  type WebHook,
} from './web-hook.ts';
import { webHookDeliveries, webHookLanes, webHooks } from './web-hooks.table.ts';

/** `UNWANTED`: the hook no longer asks for it. `CUT`: this process stops, and another begins the try again. */
export type TryResult = { kind: 'ANSWER'; answer: Answer } | { kind: 'UNWANTED' } | { kind: 'CUT' };
/** null: nobody switched it off. */
export type Settled = { switchedOff: OffReason | null };

const GONE = 410;

export function settleDelivery(
  db: Db,
  policy: RetryPolicy,
  { lease, delivery, result }: { lease: Lease; delivery: Delivery | null; result: TryResult },
): Promise<Settled> {
  return inTransaction(db, async (tx) => {
    const hook = await lockHook(tx, lease.webHookId);
    if (!hook || !(await giveBack(tx, lease))) return { switchedOff: null };
    const now = await databaseNow(tx);
    if (result.kind === 'UNWANTED' && delivery) {
      await write(tx, delivery, { ...givenUp(now), error: 'The web hook no longer asks for this event.' });
    }
    const switchedOff =
      result.kind === 'ANSWER' && delivery
        ? await record(tx, policy, { hook, delivery, answer: result.answer, now })
        : null;
    await refreshLanes(tx, hook.id, [lease.tenantId]);
    if (switchedOff) await switchOff(tx, hook, { reason: switchedOff, now, tenantId: lease.tenantId });
    return { switchedOff };
  });
}

/** false: the lease ended, and another has it now. What this try came to no longer counts. */
async function giveBack(tx: Tx, { webHookId, tenantId, lease }: Lease): Promise<boolean> {
  const { rowCount } = await tx
    .update(webHookLanes)
    .set({ lease: null, leasedUntil: null })
    .where(
      and(
        eq(webHookLanes.webHookId, webHookId),
        eq(webHookLanes.tenantId, tenantId),
        eq(webHookLanes.lease, lease),
      ),
    );
  return rowCount === 1;
}

type Tried = { hook: WebHook; delivery: Delivery; answer: Answer; now: Date };

async function record(tx: Tx, policy: RetryPolicy, tried: Tried): Promise<OffReason | null> {
  const { hook, delivery, answer, now } = tried;
  const { attempts, firstTriedAt } = tryOf(tried);
  const facts = {
    attempts,
    firstTriedAt,
    lastTriedAt: now,
    responseStatus: answer.status,
    error: answer.error,
  };
  if (answer.error === null) {
    await write(tx, delivery, { ...facts, status: 'DELIVERED', nextTryAt: null, finishedAt: now });
    await noteSuccess(tx, hook, now);
    return null;
  }
  const failingSince = await noteFailure(tx, tried);
  const nextTryAt = nextTry(policy, { attempts, firstTriedAt, now, retryAfterMs: answer.retryAfterMs });
  const hasFailedAllTheTime = failingSince <= firstTriedAt;
  const switchedOff =
    answer.status === GONE ? 'GONE' : nextTryAt === null && hasFailedAllTheTime ? 'FAILING' : null;
  // What a hook was switched off over waits until it is on again; only one among others that went is given up.
  if (nextTryAt === null && switchedOff === null) await write(tx, delivery, { ...facts, ...givenUp(now) });
  else await write(tx, delivery, { ...facts, nextTryAt: nextTryAt ?? now });
  return switchedOff;
}

const tryOf = ({ delivery, now }: Tried) => ({
  attempts: delivery.attempts + 1,
  firstTriedAt: delivery.firstTriedAt ?? now,
});

const givenUp = (now: Date) => ({ status: 'GIVEN_UP' as const, nextTryAt: null, finishedAt: now });

async function write(tx: Tx, { id }: Delivery, facts: Partial<Delivery>): Promise<void> {
  await tx.update(webHookDeliveries).set(facts).where(eq(webHookDeliveries.id, id));
}

/** The end of an outage: nothing need wait out its pause any more. */
async function noteSuccess(tx: Tx, { id, failures }: WebHook, now: Date): Promise<void> {
  if (failures === 0) return;
  await tx
    .update(webHooks)
    .set({ failures: 0, failingSince: null, restUntil: null })
    .where(eq(webHooks.id, id));
  if (failures >= OUTAGE_FAILURES) await tryNow(tx, id, { now });
}

async function noteFailure(tx: Tx, { hook, answer, now }: Tried): Promise<Date> {
  const failingSince = hook.failingSince ?? now;
  const restUntil =
    answer.retryAfterMs === null ? hook.restUntil : new Date(now.getTime() + answer.retryAfterMs);
  await tx
    .update(webHooks)
    .set({ failures: hook.failures + 1, failingSince, restUntil })
    .where(eq(webHooks.id, hook.id));
  return failingSince;
}

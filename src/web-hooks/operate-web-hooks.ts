/** Switching on and off, sending again, and trying out. */
import { and, eq, inArray } from 'drizzle-orm';
import type { Once } from '../access/once.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Tx } from '../database/database.ts';
import { CursorExpired, CursorInvalid, encodeCursor, openCursor } from '../events/cursor.ts';
import { type LogHead, readLogHead } from '../events/log-head.ts';
import type { DeliveryId, WebHookId } from '../lib/ids.ts';
import { InvalidInput, NotFound } from '../sync-runs/refusals.ts';
import { testMessage } from './event-message.ts';
import { refreshLanes, tryNow } from './lanes.ts';
import { asAdmin, mustLock, unknownHook, write } from './manage-web-hooks.ts';
import type { Answer } from './post.ts';
import { signedHeaders } from './signature.ts';
import type { WebHook } from './web-hook.ts';
import { openSecrets } from './web-hook-secrets.ts';
import type { WebHookServices } from './web-hook-services.ts';
import { webHookDeliveries, webHooks } from './web-hooks.table.ts';

export type SwitchInput = { id: WebHookId; isOn: boolean; after: string | null; once: Once };

/** On again, it goes on where it stopped, or behind `after`. Refusals: NotFound, InvalidInput. */
export function switchWebHook(
  services: WebHookServices,
  viewer: Viewer,
  { id, isOn, after, once }: SwitchInput,
): Promise<WebHook> {
  return asAdmin(services, viewer, {
    act: 'SWITCH_WEB_HOOK',
    target: id,
    once,
    work: async ({ tx, now, record }) => {
      const before = await mustLock(tx, id);
      const webHook = isOn
        ? await switchOn(tx, before, { now, after })
        : before.isOn
          ? await write(tx, id, { isOn: false, offReason: 'ADMIN', offAt: now })
          : before;
      await record(id, { isOn });
      return webHook;
    },
  });
}

async function switchOn(
  tx: Tx,
  hook: WebHook,
  { now, after }: { now: Date; after: string | null },
): Promise<WebHook> {
  const head = await readLogHead(tx);
  const position = placeIn(head, after ?? encodeCursor(hook));
  // Of a log that is no more: their cursors name nothing, and their order is not that of the events to come.
  if (hook.epoch !== head.epoch) await giveUpWaiting(tx, hook.id, now);
  await tryNow(tx, hook.id, { now, anew: true });
  return write(tx, hook.id, {
    ...{ isOn: true, offReason: null, offAt: null, failures: 0, failingSince: null, restUntil: null },
    ...{ epoch: head.epoch, position },
  });
}

async function giveUpWaiting(tx: Tx, id: WebHookId, now: Date): Promise<void> {
  await tx
    .update(webHookDeliveries)
    .set({ status: 'GIVEN_UP', nextTryAt: null, finishedAt: now, error: 'The event log has begun anew.' })
    .where(and(eq(webHookDeliveries.webHookId, id), eq(webHookDeliveries.status, 'WAITING')));
}

/** By id, or everything behind a cursor: one of them. */
export type ReplayInput = {
  id: WebHookId;
  deliveryIds: readonly DeliveryId[] | null;
  after: string | null;
  once: Once;
};

/** What was delivered or given up waits again, in its place before what came later. Refusals: NotFound, InvalidInput. */
export function replayDeliveries(
  services: WebHookServices,
  viewer: Viewer,
  { id, deliveryIds, after, once }: ReplayInput,
): Promise<WebHook> {
  return asAdmin(services, viewer, {
    act: 'REPLAY_WEB_HOOK',
    target: id,
    once,
    work: async ({ tx, now, record }) => {
      const hook = await mustLock(tx, id);
      if (deliveryIds) await waitAgain(tx, hook, { deliveryIds, now });
      const position = after === null ? hook.position : placeIn(await readLogHead(tx), after);
      if (position > hook.position)
        throw new InvalidInput(
          'after',
          'This web hook has not come that far: what is behind it is yet to be sent.',
        );
      await record(id, deliveryIds ? { deliveries: deliveryIds.length } : { after });
      return write(tx, id, { position });
    },
  });
}

async function waitAgain(
  tx: Tx,
  { id }: WebHook,
  { deliveryIds, now }: { deliveryIds: readonly DeliveryId[]; now: Date },
): Promise<void> {
  const again = await tx
    .update(webHookDeliveries)
    .set({ status: 'WAITING', attempts: 0, firstTriedAt: null, nextTryAt: now, finishedAt: null })
    .where(and(eq(webHookDeliveries.webHookId, id), inArray(webHookDeliveries.id, [...deliveryIds])))
    .returning({ id: webHookDeliveries.id });
  const missing = deliveryIds.find((wanted) => !again.some((delivery) => delivery.id === wanted));
  if (missing)
    throw new NotFound(`This web hook has no delivery ${missing}. Take the id from its deliveries.`);
  await refreshLanes(tx, id);
}

/** In the words of an input: a cursor that cannot be served is refused, never skipped. */
export function placeIn(head: LogHead, cursor: string): bigint {
  try {
    return openCursor(cursor, head);
  } catch (error) {
    if (error instanceof CursorExpired)
      throw new InvalidInput(
        'after',
        'Events behind that place are no longer kept: give `after: eventCursor` to go on from now, and read the present state.',
      );
    if (error instanceof CursorInvalid) throw new InvalidInput('after', error.message);
    throw error;
  }
}

/**
 * Sends a message that is no event, now, also while the hook is off; asked again with the same key, it is the same
 * message. Refusals: NotFound.
 */
export async function sendTest(
  services: WebHookServices,
  viewer: Viewer,
  { id, once }: { id: WebHookId; once: Once },
): Promise<Answer> {
  const { url, message } = await asAdmin(services, viewer, {
    act: 'TEST_WEB_HOOK',
    target: id,
    once,
    work: async ({ tx, now, record }) => {
      const [hook] = await tx.select({ url: webHooks.url }).from(webHooks).where(eq(webHooks.id, id));
      if (!hook) throw unknownHook(id);
      await record(id);
      return { url: hook.url, message: testMessage(id, now) };
    },
  });
  const secrets = await openSecrets(services.db, services.seal, id);
  return services.post(url, { headers: signedHeaders(message, secrets, new Date()), body: message.body });
}

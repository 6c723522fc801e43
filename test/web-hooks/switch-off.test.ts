import { desc, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { EVERY_TIME } from '../../src/access/once.ts';
import type { Db } from '../../src/database/database.ts';
import { deleteOldEvents } from '../../src/events/delete-old-events.ts';
import { encodeCursor } from '../../src/events/cursor.ts';
import type { LoggedEvent } from '../../src/events/event.ts';
import { eventLog, events } from '../../src/events/events.table.ts';
import { readLogHead } from '../../src/events/log-head.ts';
import { numberEvents } from '../../src/events/number-events.ts';
import { runRetention } from '../../src/retention.ts';
import { InvalidInput } from '../../src/sync-runs/refusals.ts';
import type { MadeHook } from '../../src/web-hooks/manage-web-hooks.ts';
import { switchWebHook } from '../../src/web-hooks/operate-web-hooks.ts';
import { RETRIES } from '../../src/web-hooks/web-hook.ts';
import { webHooks } from '../../src/web-hooks/web-hooks.table.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';
import { startReceiver } from '../support/web-hook-receiver.ts';
import {
  deliveriesOf,
  hookNow,
  makeHook,
  makeTenant,
  servicesOn,
  startDeliverer,
  tell,
  untilDelivered,
  untilOff,
  untilTried,
} from '../support/web-hooks.ts';

let own: TestDatabase;
let db: Db;
beforeAll(async () => {
  own = await createTestDatabase({ maxConnections: 20 });
  db = own.database.db;
});
// What a test leaves behind must not be sent in the next one.
afterEach(() => db.delete(webHooks));
afterAll(() => own.drop());

/** Two pauses, and the third would be too long. */
const IMPATIENT = { pausesMs: [1, 2, 3_600_000], giveUpAfterMs: 1_800_000 };

const switchOn = ({ webHook }: MadeHook, after: string | null = null) =>
  switchWebHook(servicesOn(db), COMMAND_LINE, { id: webHook.id, isOn: true, after, once: EVERY_TIME });

const lastEvent = async (): Promise<LoggedEvent | undefined> => {
  await numberEvents(db);
  const [last] = await db.select().from(events).orderBy(desc(events.position)).limit(1);
  return last;
};

test('A hook whose receiver accepts nothing for the whole time is switched off with an event, and loses nothing', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const tenant = await makeTenant(db);
  receiver.answer((response) => response.writeHead(500).end());
  await using _deliverer = startDeliverer(db, { policy: IMPATIENT });
  await tell(db, tenant.id, [1, 2]);
  expect(await untilOff(db, hook)).toMatchObject({ offReason: 'FAILING', failures: 3 });
  expect(await lastEvent()).toMatchObject({
    tenantId: tenant.id,
    body: { kind: 'WEB_HOOK_SWITCHED_OFF', webHookId: hook.webHook.id, reason: 'FAILING' },
  });
  expect((await deliveriesOf(db, hook)).map(({ status }) => status)).toEqual(['WAITING', 'WAITING']);
  expect(receiver.received).toHaveLength(3);

  receiver.answer((response) => response.writeHead(204).end());
  await switchOn(hook);
  const all = await untilDelivered(db, hook, 3);
  expect(all.map(({ kind }) => kind)).toEqual([
    'TENANT_STATUS_CHANGED',
    'TENANT_STATUS_CHANGED',
    'WEB_HOOK_SWITCHED_OFF',
  ]);
});

test('One event that is never accepted is given up, and its tenant goes on', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const [tenant, other] = [await makeTenant(db), await makeTenant(db)];
  receiver.answer((response, { message: { data } }) =>
    response.writeHead(data.version === 1 ? 400 : 200).end(),
  );
  await using _deliverer = startDeliverer(db, { policy: { ...IMPATIENT, pausesMs: [300, 3_600_000] } });
  await tell(db, tenant.id, [1, 2]);
  await untilTried(db, hook, 1);
  await tell(db, other.id, [3]);
  const all = await untilDelivered(db, hook, 2);
  expect(all.map(({ status, responseStatus }) => [status, responseStatus])).toEqual([
    ['GIVEN_UP', 400],
    ['DELIVERED', 200],
    ['DELIVERED', 200],
  ]);
  expect((await hookNow(db, hook)).isOn).toBe(true);
});

test('A receiver that is gone (410) is sent nothing more', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const tenant = await makeTenant(db);
  receiver.answer((response) => response.writeHead(410).end());
  await using _deliverer = startDeliverer(db);
  await tell(db, tenant.id, [1, 2]);
  expect((await untilOff(db, hook)).offReason).toBe('GONE');
  expect(await lastEvent()).toMatchObject({ body: { kind: 'WEB_HOOK_SWITCHED_OFF', reason: 'GONE' } });
  expect(receiver.received).toHaveLength(1);
});

test('When a receiver is back after an outage, everything that waits goes at once', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const tenants = await Promise.all([1, 2, 3, 4].map(() => makeTenant(db)));
  receiver.answer((response) => response.writeHead(503).end());
  await using _deliverer = startDeliverer(db, { policy: RETRIES });
  for (const { id } of tenants) await tell(db, id, [1]);
  await waitFor('four failures', async () => (await hookNow(db, hook)).failures >= 4);
  receiver.answer((response) => response.writeHead(204).end());
  // The pause of one is over; those of the others are not.
  await db.execute(
    sql`update web_hook_lanes set due_at = now() where web_hook_id = ${hook.webHook.id} and tenant_id = ${tenants[0]?.id}`,
  );
  await untilDelivered(db, hook, 4);
  expect(await hookNow(db, hook)).toMatchObject({ failures: 0, failingSince: null });
});

test('Events that are no longer kept are not skipped: the hook is switched off and goes on only where it is told', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const tenant = await makeTenant(db);
  await switchWebHook(servicesOn(db), COMMAND_LINE, {
    id: hook.webHook.id,
    isOn: false,
    after: null,
    once: EVERY_TIME,
  });
  await tell(db, tenant.id, [1, 2]);
  await deleteOldEvents(db, new Date(Date.now() + 1_000));
  await tell(db, tenant.id, [3]);
  await expect(switchOn(hook)).rejects.toThrow(InvalidInput);
  await db.execute(sql`update web_hooks set is_on = true where id = ${hook.webHook.id}`);
  await using _deliverer = startDeliverer(db);
  expect((await untilOff(db, hook)).offReason).toBe('CURSOR_EXPIRED');
  expect(await lastEvent()).toMatchObject({
    tenantId: tenant.id,
    body: { kind: 'WEB_HOOK_SWITCHED_OFF', webHookId: hook.webHook.id, reason: 'CURSOR_EXPIRED' },
  });
  const { epoch, lastPosition } = await readLogHead(db);
  await switchOn(hook, encodeCursor({ epoch, position: lastPosition }));
  await tell(db, tenant.id, [4]);
  await untilDelivered(db, hook, 1);
  expect(receiver.received.map(({ message }) => message.data.version)).toEqual([4]);
});

test('In a log that began anew a hook is switched off, and what waited from the old one is given up', async () => {
  await using receiver = await startReceiver();
  receiver.answer((response) => response.writeHead(500).end());
  const hook = await makeHook(db, receiver.url);
  const tenant = await makeTenant(db);
  await using _deliverer = startDeliverer(db, { policy: RETRIES });
  await tell(db, tenant.id, [1]);
  await untilTried(db, hook, 1);
  await db.update(eventLog).set({ epoch: 'another--one' }).where(eq(eventLog.id, 1));
  expect((await untilOff(db, hook)).offReason).toBe('CURSOR_EXPIRED');
  const { epoch, lastPosition } = await readLogHead(db);
  await switchOn(hook, encodeCursor({ epoch, position: lastPosition }));
  expect(await deliveriesOf(db, hook)).toMatchObject([
    { status: 'GIVEN_UP', error: 'The event log has begun anew.' },
  ]);
});

test('The delivery log is kept as long as events are, and what waits is kept longer', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const tenant = await makeTenant(db);
  await using deliverer = startDeliverer(db, { policy: RETRIES });
  await tell(db, tenant.id, [1]);
  await untilDelivered(db, hook, 1);
  receiver.answer((response) => response.writeHead(500).end());
  await tell(db, tenant.id, [2]);
  await untilTried(db, hook, 1);
  await waitFor('the failure', async () => (await hookNow(db, hook)).failures === 1);
  await deliverer[Symbol.asyncDispose]();
  await db.execute(sql`update web_hook_deliveries set finished_at = finished_at - interval '8 days'`);
  await runRetention({ db, logger: silent, keepMs: 7 * 24 * 3_600_000 });
  expect((await deliveriesOf(db, hook)).map(({ status }) => status)).toEqual(['WAITING']);
});

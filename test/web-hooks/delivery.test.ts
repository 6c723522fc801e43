import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openCursor } from '../../src/events/cursor.ts';
import { readLogHead } from '../../src/events/log-head.ts';
import { readEvents } from '../../src/events/read-events.ts';
import type { Db } from '../../src/database/database.ts';
import { newId } from '../../src/lib/ids.ts';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { EVERY_TIME } from '../../src/access/once.ts';
import { rotateWebHookSecret, updateWebHook } from '../../src/web-hooks/manage-web-hooks.ts';
import { nextTry, RETRIES } from '../../src/web-hooks/web-hook.ts';
import { webHooks } from '../../src/web-hooks/web-hooks.table.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Receiver, startReceiver } from '../support/web-hook-receiver.ts';
import {
  deliveriesOf,
  hookNow,
  letPausesPass,
  makeHook,
  makeTenant,
  servicesOn,
  startDeliverer,
  tell,
  untilDelivered,
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

const versions = (receiver: Receiver) => receiver.received.map(({ message }) => message.data.version);

test('What the log tells is posted, signed, with the cursor behind which a subscription goes on', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  receiver.trust(hook.secret);
  const { id: tenantId } = await makeTenant(db);
  const changeSetId = newId('cs');
  await using _deliverer = startDeliverer(db);
  await tell(db, tenantId, [1, 2]);
  await tell(db, tenantId, [0], { kind: 'CHANGE_SET_READY', changeSetId, digest: 'd1' });
  const logged = await untilDelivered(db, hook, 3);
  expect(receiver.received.map(({ id }) => id)).toEqual(logged.map(({ eventId }) => eventId));
  const [first, , ready] = receiver.received;
  expect(first?.message).toMatchObject({
    type: 'TENANT_STATUS_CHANGED',
    data: {
      id: first?.id,
      actor: { kind: 'SERVICE', id: 'tenant-sync' },
      tenant: { id: tenantId, displayName: 'Contoso', domain: 'contoso.com', status: 'STARTING' },
      run: null,
      ...{ previousStatus: 'IDLE', status: 'STARTING', version: 1 },
    },
  });
  expect(ready?.message.data).toMatchObject({ changeSet: { id: changeSetId }, digest: 'd1' });
  expect(new Date(first?.message.timestamp ?? '').toISOString()).toBe(first?.message.timestamp);
  const after = openCursor(first?.message.cursor ?? '', await readLogHead(db));
  const next = await readEvents(db, { after, limit: 1, filter: { visibleTenants: new Set([tenantId]) } });
  expect(next.events.map(({ id }) => id)).toEqual([receiver.received[1]?.id]);
});

test('Only what a hook asks for is sent, also of what waited when it was changed', async () => {
  await using receiver = await startReceiver();
  const [mine, other] = [await makeTenant(db), await makeTenant(db)];
  const hook = await makeHook(db, receiver.url, { tenantIds: [mine.id], kinds: ['TENANT_STATUS_CHANGED'] });
  await tell(db, other.id, [1]);
  await tell(db, mine.id, [0], { kind: 'TENANT_ADDED' });
  receiver.answer((response) => response.writeHead(500).end());
  await using _deliverer = startDeliverer(db, { policy: RETRIES });
  await tell(db, mine.id, [2]);
  await untilTried(db, hook, 1);
  receiver.answer((response) => response.writeHead(204).end());
  const changes = { kinds: ['TENANT_ADDED' as const], tenantIds: null };
  await updateWebHook(servicesOn(db), COMMAND_LINE, { id: hook.webHook.id, changes, once: EVERY_TIME });
  await tell(db, other.id, [0], { kind: 'TENANT_ADDED' });
  await untilDelivered(db, hook, 1);
  await letPausesPass(db);
  const done = await waitFor('both to be finished', async () => {
    const all = await deliveriesOf(db, hook);
    return all.every(({ status }) => status !== 'WAITING') && all;
  });
  expect(done.map(({ kind, status, tenantId }) => [kind, status, tenantId])).toEqual([
    ['TENANT_STATUS_CHANGED', 'GIVEN_UP', mine.id],
    ['TENANT_ADDED', 'DELIVERED', other.id],
  ]);
  expect(done[0]?.error).toBe('The web hook no longer asks for this event.');
  expect(versions(receiver)).toEqual([2, undefined]);
});

test('A rotated secret signs together with the one before it until the overlap ends', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const tenant = await makeTenant(db);
  const rotate = (overlapHours: number) =>
    rotateWebHookSecret(servicesOn(db), COMMAND_LINE, {
      id: hook.webHook.id,
      overlapHours,
      once: EVERY_TIME,
    });
  await using _deliverer = startDeliverer(db);
  const second = await rotate(1);
  for (const [index, secret] of [hook.secret, second.secret].entries()) {
    receiver.trust(secret);
    await tell(db, tenant.id, [index]);
    await untilDelivered(db, hook, index + 1);
  }
  const third = await rotate(0);
  receiver.trust(second.secret);
  await tell(db, tenant.id, [3]);
  expect((await untilTried(db, hook, 1)).error ?? '').toBe('');
  await waitFor('a refusal', async () => (await hookNow(db, hook)).failures > 0);
  receiver.trust(third.secret);
  await untilDelivered(db, hook, 3);
  const signatures = receiver.received.map(({ headers }) => String(headers['webhook-signature']).split(' '));
  expect(signatures.map(({ length }) => length)).toEqual([2, 2, 1]);
});

test('Pauses grow by the table, within 72 hours in all', async () => {
  const { pausesMs, giveUpAfterMs } = RETRIES;
  expect(pausesMs).toEqual([...pausesMs].sort((a, b) => a - b));
  expect(new Set(pausesMs).size).toBe(pausesMs.length);
  const sum = pausesMs.reduce((a, b) => a + b, 0);
  expect(giveUpAfterMs).toBe(72 * 3_600_000);
  expect(sum / giveUpAfterMs).toBeGreaterThan(0.95);
  expect(sum).toBeLessThanOrEqual(giveUpAfterMs);
  const firstTriedAt = new Date(0);
  const last = { attempts: pausesMs.length + 1, firstTriedAt, now: new Date(sum), retryAfterMs: null };
  expect(nextTry(RETRIES, { ...last, attempts: 1, now: firstTriedAt })).toEqual(new Date(5_000));
  expect(nextTry(RETRIES, last)).toBeNull();

  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  receiver.answer((response) => response.writeHead(500).end());
  await tell(db, (await makeTenant(db)).id, [1]);
  await using _deliverer = startDeliverer(db, { policy: RETRIES });
  for (const [index, pauseMs] of pausesMs.entries()) {
    const tried = await untilTried(db, hook, index + 1);
    expect((tried.nextTryAt?.getTime() ?? 0) - (tried.lastTriedAt?.getTime() ?? 0)).toBe(pauseMs);
    expect(tried).toMatchObject({
      responseStatus: 500,
      error: 'The receiver answered 500.',
      status: 'WAITING',
    });
    await letPausesPass(db);
  }
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
});

test('Under failures each tenant gets its events in order, one at a time, and none waits for another', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const tenants = await Promise.all([1, 2, 3, 4].map(() => makeTenant(db)));
  const stuck = tenants[3]?.id ?? '';
  const accepted: { tenant: string; version: number }[] = [];
  const tries = new Map<string, number>();
  receiver.answer((response, { id, message: { data } }) => {
    const count = (tries.get(id) ?? 0) + 1;
    tries.set(id, count);
    // Each is refused up to twice, and one tenant's are never accepted.
    const isAccepted = data.tenant.id !== stuck && count > (data.version ?? 0) % 3;
    if (isAccepted) accepted.push({ tenant: data.tenant.id, version: data.version ?? 0 });
    response.writeHead(isAccepted ? 200 : 500).end();
  });
  await using _deliverer = startDeliverer(db);
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  for (const version of numbers) for (const { id } of tenants) await tell(db, id, [version]);
  await untilDelivered(db, hook, 24);
  for (const { id } of tenants.slice(0, 3)) {
    const mine = accepted.filter(({ tenant }) => tenant === id).map(({ version }) => version);
    expect(mine).toEqual(numbers);
  }
  expect(receiver.most.forTenant).toBe(1);
  const ofStuck = receiver.received.filter(({ message }) => message.data.tenant.id === stuck);
  expect(new Set(ofStuck.map(({ message }) => message.data.version))).toEqual(new Set([1]));
});

test('A receiver that hangs hurts no other', async () => {
  await using hanging = await startReceiver();
  await using quick = await startReceiver();
  hanging.answer(() => undefined);
  const [slow, fast] = [await makeHook(db, hanging.url), await makeHook(db, quick.url)];
  const tenants = await Promise.all([1, 2, 3, 4, 5, 6].map(() => makeTenant(db)));
  await using _deliverer = startDeliverer(db);
  for (const { id } of tenants) await tell(db, id, [1, 2, 3, 4, 5]);
  await untilDelivered(db, fast, 30);
  expect(quick.received).toHaveLength(30);
  expect((await deliveriesOf(db, slow)).map(({ status }) => status)).not.toContain('DELIVERED');
  // It has the places of its own hook, and no more.
  expect(hanging.most.inAll).toBeLessThanOrEqual(4);
  await hanging[Symbol.asyncDispose]();
});

test('Retry-After is kept for the whole hook', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  receiver.answer((response) => response.writeHead(429, { 'retry-after': '600' }).end());
  const [one, two] = [await makeTenant(db), await makeTenant(db)];
  await using _deliverer = startDeliverer(db);
  await tell(db, one.id, [1]);
  const { lastTriedAt, nextTryAt } = await untilTried(db, hook, 1);
  expect((nextTryAt?.getTime() ?? 0) - (lastTriedAt?.getTime() ?? 0)).toBe(600_000);
  await tell(db, two.id, [2]);
  const bystander = await makeHook(db, receiver.url);
  await tell(db, two.id, [3]);
  // When another hook was sent what came later, this one's time had come and gone.
  await waitFor('another hook', async () => (await deliveriesOf(db, bystander))[0]?.attempts === 1);
  expect(versions(receiver)).toEqual([1, 3]);
  receiver.answer((response) => response.writeHead(204).end());
  await letPausesPass(db);
  await untilDelivered(db, hook, 3);
});

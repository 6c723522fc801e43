import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { EVERY_TIME } from '../../src/access/once.ts';
import type { Db } from '../../src/database/database.ts';
import { rewrapSecrets } from '../../src/database/rewrap-secrets.ts';
import { createSeal } from '../../src/lib/seal.ts';
import { replayDeliveries } from '../../src/web-hooks/operate-web-hooks.ts';
import { webHooks } from '../../src/web-hooks/web-hooks.table.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Receiver, startReceiver } from '../support/web-hook-receiver.ts';
import {
  deliveriesOf,
  makeHook,
  makeTenant,
  servicesOn,
  startDeliverer,
  tell,
  untilDelivered,
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

test('Two instances deliver everything once, each tenant one at a time and in order', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const tenants = await Promise.all([1, 2, 3, 4, 5].map(() => makeTenant(db)));
  receiver.answer((response) => setImmediate(() => response.writeHead(204).end()));
  await using _first = startDeliverer(db);
  await using _second = startDeliverer(db);
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  for (const version of numbers) for (const { id } of tenants) await tell(db, id, [version]);
  await untilDelivered(db, hook, 100);
  expect(receiver.received).toHaveLength(100);
  expect(receiver.most.forTenant).toBe(1);
  for (const { id } of tenants) {
    const mine = receiver.received.filter(({ message }) => message.data.tenant.id === id);
    expect(mine.map(({ message }) => message.data.version)).toEqual(numbers);
  }
});

test('An instance that stops hands over what it was sending, without counting the try', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  receiver.answer(() => undefined);
  const stopping = startDeliverer(db, { finishWithinMs: 50 });
  await tell(db, (await makeTenant(db)).id, [1]);
  await waitFor('the try', () => receiver.received.length === 1);
  await stopping[Symbol.asyncDispose]();
  expect(await deliveriesOf(db, hook)).toMatchObject([{ status: 'WAITING', attempts: 0 }]);
  receiver.answer((response) => response.writeHead(204).end());
  await using _next = startDeliverer(db);
  const [delivered] = await untilDelivered(db, hook, 1);
  expect(delivered?.attempts).toBe(1);
});

test('What was delivered is sent again by id or from a cursor, with the same id and before what came later', async () => {
  await using receiver = await startReceiver();
  const hook = await makeHook(db, receiver.url);
  const { id: tenantId } = await makeTenant(db);
  await using deliverer = startDeliverer(db);
  await tell(db, tenantId, [1, 2, 3]);
  const [first, second] = await untilDelivered(db, hook, 3);
  if (!first || !second) throw new Error('They are not there.');
  const services = servicesOn(db);
  const { id } = hook.webHook;
  await replayDeliveries(services, COMMAND_LINE, {
    id,
    deliveryIds: [second.id],
    after: null,
    once: EVERY_TIME,
  });
  deliverer.wake();
  await waitFor('the second again', () => receiver.received.length === 4);
  await untilDelivered(db, hook, 3);
  expect(receiver.received[3]?.id).toBe(second.eventId);
  expect(receiver.received[3]?.body).toBe(receiver.received[1]?.body);

  const after = receiver.received[0]?.message.cursor ?? null;
  await deliverer[Symbol.asyncDispose]();
  await tell(db, tenantId, [4]);
  await replayDeliveries(services, COMMAND_LINE, { id, deliveryIds: null, after, once: EVERY_TIME });
  await using _next = startDeliverer(db);
  await waitFor('everything behind the first', () => receiver.received.length === 7);
  await untilDelivered(db, hook, 4);
  expect(versions(receiver)).toEqual([1, 2, 3, 2, 2, 3, 4]);
});

test('The rotation of keys finds the secrets of web hooks', async () => {
  const hook = await makeHook(db, 'http://127.0.0.1:1/');
  const newer = { id: 'newer', key: Buffer.alloc(32, 9) };
  const both = createSeal([newer, { id: 'test', key: Buffer.alloc(32, 7) }]);
  const done = await rewrapSecrets(db, both);
  const column = done.find(({ column: name }) => name === 'web_hook_secrets.sealed');
  expect(column).toMatchObject({ problems: [] });
  expect(column?.rewrapped).toBeGreaterThan(0);
  await using receiver = await startReceiver();
  receiver.trust(hook.secret);
  await db.execute(`update web_hooks set url = '${receiver.url}' where id = '${hook.webHook.id}'`);
  await using _deliverer = startDeliverer(db, { seal: createSeal([newer]) });
  await tell(db, (await makeTenant(db)).id, [1]);
  await untilDelivered(db, hook, 1);
});

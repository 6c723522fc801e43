import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditLog } from '../../src/access/access.table.ts';
import { encodeCursor } from '../../src/events/cursor.ts';
import { newId, type TenantId, type WebHookId } from '../../src/lib/ids.ts';
import { Deliverer } from '../../src/web-hooks/deliverer.ts';
import { webHookSecrets } from '../../src/web-hooks/web-hooks.table.ts';
import {
  CreateWebHookDocument,
  DeleteWebHookDocument,
  ReplayWebHookDocument,
  RotateWebHookSecretDocument,
  SwitchWebHookDocument,
  TestWebHookDocument,
  UpdateWebHookDocument,
  WebHookDeliveriesDocument,
  WebHooksDocument,
} from '../operations/graphql.ts';
import { type Api, type As, startApi } from '../support/api.ts';
import { append, newEvent } from '../support/events.ts';
import { addTenant } from '../support/rows.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Receiver, startReceiver } from '../support/web-hook-receiver.ts';

let api: Api;
let receiver: Receiver;
let tenantId: TenantId;
beforeAll(async () => {
  api = await startApi();
  receiver = await startReceiver();
  tenantId = (await addTenant(api.db, 'hooked')).id;
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

async function create(more: object = {}, as: As = 'admin') {
  const input = { name: 'Tickets', url: receiver.url, ...more };
  const { data, errors } = await api.ask(CreateWebHookDocument, { input }, as);
  return { made: data?.createWebHook, errors };
}

async function mustCreate(more: object = {}): Promise<{ id: WebHookId; secret: string }> {
  const { made } = await create(more);
  if (made?.__typename !== 'NewWebHook') throw new Error(`No web hook was made: ${JSON.stringify(made)}`);
  return { id: made.webHook.id as WebHookId, secret: made.secret };
}

const log = async (id: string) => {
  const { data } = await api.ask(WebHookDeliveriesDocument, { id, filter: {} }, 'admin');
  return data?.webHook?.deliveries;
};

test('Only admins of the fleet see or manage web hooks, and what was refused is on record', async () => {
  const { id: webHookId } = await mustCreate();
  for (const as of ['viewer', 'operator', 'approver'] as const) {
    expect((await create({}, as)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const listed = await api.ask(WebHooksDocument, {}, as);
    expect(listed.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const found = await api.ask(WebHookDeliveriesDocument, { id: webHookId }, as);
    expect(found.errors[0]?.message).toContain('You may not see or manage web hooks');
    const tried = await api.ask(TestWebHookDocument, { input: { webHookId } }, as);
    expect(tried.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  }
  const acts = await api.db.select().from(auditLog);
  const refused = acts.filter(({ outcome }) => outcome === 'REFUSED').map(({ act }) => act);
  expect(new Set(refused)).toEqual(new Set(['CREATE_WEB_HOOK', 'TEST_WEB_HOOK']));
  await api.ask(DeleteWebHookDocument, { input: { webHookId } }, 'admin');
});

test('The secret is shown once, kept sealed, and no part of the address is on record but its origin', async () => {
  const { id, secret } = await mustCreate({ url: `${receiver.url}?token=of-the-receiver` });
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const kept = await api.db.select().from(webHookSecrets);
  const listed = await api.ask(WebHooksDocument, {}, 'admin');
  const acts = await api.db.select().from(auditLog);
  expect(JSON.stringify([kept, listed, acts])).not.toContain(secret.slice(6, 30));
  expect(JSON.stringify(acts)).not.toContain('of-the-receiver');
  expect(acts.at(-1)).toMatchObject({
    act: 'CREATE_WEB_HOOK',
    target: id,
    details: { name: 'Tickets', origin: new URL(receiver.url).origin },
  });
  receiver.trust(secret);
  const tested = await api.ask(TestWebHookDocument, { input: { webHookId: id } }, 'admin');
  expect(tested.data?.testWebHook).toMatchObject({ isAccepted: true, responseStatus: 204, error: null });
  expect(receiver.received.at(-1)?.message).toMatchObject({ type: 'WEB_HOOK_TEST', cursor: null });
  const rotated = await api.ask(RotateWebHookSecretDocument, { input: { webHookId: id } }, 'admin');
  const result = rotated.data?.rotateWebHookSecret;
  if (result?.__typename !== 'NewWebHook') throw new Error('The secret was not rotated.');
  expect(result.webHook.secrets.map(({ worksUntil }) => worksUntil !== null)).toEqual([true, false]);
  receiver.trust(result.secret);
  await api.ask(TestWebHookDocument, { input: { webHookId: id } }, 'admin');
  expect(String(receiver.received.at(-1)?.headers['webhook-signature']).split(' ')).toHaveLength(2);
  for (let more = 0; more < 2; more += 1)
    await api.ask(RotateWebHookSecretDocument, { input: { webHookId: id } }, 'admin');
  const fifth = await api.ask(RotateWebHookSecretDocument, { input: { webHookId: id } }, 'admin');
  expect(fifth.data?.rotateWebHookSecret).toMatchObject({
    __typename: 'InvalidInput',
    field: 'overlapHours',
  });
});

test('A web hook is changed, switched and read; its deliveries are listed and replayed', async () => {
  const { id: webHookId, secret } = await mustCreate({ kinds: ['TENANT_ADDED'], tenantIds: [tenantId] });
  receiver.trust(secret);
  const { webHooks } = api;
  await using _deliverer = new Deliverer({ ...webHooks, logger: silent, pollEveryMs: 20 });
  const input = { webHookId, name: 'Alarms', kinds: null };
  const updated = await api.ask(UpdateWebHookDocument, { input }, 'admin');
  expect(updated.data?.updateWebHook).toMatchObject({ name: 'Alarms', kinds: null, tenantIds: [tenantId] });
  const off = await api.ask(SwitchWebHookDocument, { input: { webHookId, isOn: false } }, 'admin');
  expect(off.data?.switchWebHook).toMatchObject({ isOn: false });
  await append(api.db, ...[1, 2, 3].map((version) => newEvent(version, { tenantId })));
  const on = await api.ask(SwitchWebHookDocument, { input: { webHookId, isOn: true } }, 'admin');
  expect(on.data?.switchWebHook).toMatchObject({ isOn: true });
  const deliveries = await waitFor('three deliveries', async () => {
    const now = await log(webHookId);
    return now?.nodes.filter(({ status }) => status === 'DELIVERED').length === 3 && now;
  });
  expect(deliveries.totalCount).toBe(3);
  expect(deliveries.nodes.map(({ body }) => (JSON.parse(body) as { data: unknown }).data)).toMatchObject([
    { version: 3 },
    { version: 2 },
    { version: 1 },
  ]);
  const [newest] = deliveries.nodes;
  expect(newest).toMatchObject({ attempts: 1, responseStatus: 204, error: null, nextTryAt: null });
  const before = receiver.received.length;
  const replay = { webHookId, deliveryIds: [newest?.id ?? ''] };
  const replayed = await api.ask(ReplayWebHookDocument, { input: replay }, 'admin');
  expect(replayed.data?.replayWebHook).toMatchObject({ __typename: 'WebHook', waiting: 1 });
  await waitFor('it again', () => receiver.received.length === before + 1);
  expect(receiver.received.at(-1)?.id).toBe(newest?.eventId);
});

test('What cannot be used is refused with the field that is wrong', async () => {
  const { id: webHookId } = await mustCreate();
  const refused = async (more: object) => (await create(more)).made;
  expect(await refused({ url: 'ftp://example.com' })).toMatchObject({ field: 'url' });
  expect(await refused({ name: ' ' })).toMatchObject({ field: 'name' });
  expect(await refused({ kinds: [] })).toMatchObject({ field: 'kinds' });
  expect(await refused({ tenantIds: [newId('ten')] })).toMatchObject({ field: 'tenantIds' });
  expect(await refused({ after: 'x' })).toMatchObject({ field: 'after' });
  const replay = async (more: object) =>
    (await api.ask(ReplayWebHookDocument, { input: { webHookId, ...more } }, 'admin')).data?.replayWebHook;
  expect(await replay({})).toMatchObject({ field: 'deliveryIds' });
  expect(await replay({ deliveryIds: [newId('dlv')] })).toMatchObject({ __typename: 'NotFound' });
  const { epoch, position } = api.feed.place();
  await append(api.db, newEvent(9, { tenantId }));
  await waitFor('the event', () => api.feed.place().position > position);
  const ahead = encodeCursor({ epoch, position: position + 1n });
  expect(await replay({ after: ahead })).toMatchObject({ field: 'after' });
  const gone = { input: { webHookId: newId('whk') } };
  const deleted = await api.ask(DeleteWebHookDocument, gone, 'admin');
  expect(deleted.data?.deleteWebHook).toMatchObject({ __typename: 'NotFound' });
  const [last] = (await api.db.select().from(auditLog)).slice(-1);
  expect(last).toMatchObject({
    act: 'DELETE_WEB_HOOK',
    outcome: 'REFUSED',
    details: { reason: 'NOT_FOUND' },
  });
});

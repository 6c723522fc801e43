import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resumingSubscription, SubscriptionRefused } from '../../examples/resuming-subscription.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import { type Api, keyOf, startApi } from '../support/api.ts';
import { append, cursorNow, newEvent } from '../support/events.ts';
import { addTenant } from '../support/rows.ts';

const QUERY = 'subscription ($after: Cursor) { tenantStatusChanged(after: $after) { cursor version } }';
type Changed = { tenantStatusChanged: { cursor: string; version: number } };

const serverEnds = new Set<Socket>();
const onConnection = (message: unknown) => void serverEnds.add((message as { socket: Socket }).socket);

let api: Api;
let tenant: Tenant;
beforeAll(async () => {
  subscribe('net.server.socket', onConnection);
  api = await startApi();
  tenant = await addTenant(api.db, 'resumed');
});
afterAll(async () => {
  unsubscribe('net.server.socket', onConnection);
  await api[Symbol.asyncDispose]();
});

const connectionOf = ({ url }: Api) => ({ url: `${url}/graphql`, key: keyOf('viewer') });
const cursorOf = ({ tenantStatusChanged }: Changed) => tenantStatusChanged.cursor;
const change = (version: number) =>
  append(api.db, newEvent(version, { tenantId: tenant.id, facts: tenantFacts(tenant) }));

function cutEverything(): void {
  for (const socket of serverEnds) socket.destroy();
  serverEnds.clear();
}

test('A subscription that resumes by itself gets every event once and in order, however often its connection is cut', async () => {
  const last = 60;
  const losses: string[] = [];
  const leaving = new AbortController();
  const changes = resumingSubscription<Changed>({
    connection: connectionOf(api),
    query: QUERY,
    cursorOf,
    after: await cursorNow(api),
    signal: leaving.signal,
    onLost: (reason) => losses.push(reason),
  });
  const writing = (async () => {
    for (let version = 1; version <= last; version++) await change(version);
  })();
  const versions: number[] = [];
  for await (const { tenantStatusChanged } of changes) {
    versions.push(tenantStatusChanged.version);
    if (versions.length % 15 === 0) cutEverything();
    if (tenantStatusChanged.version === last) break;
  }
  leaving.abort();
  await writing;
  expect(versions).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  expect(losses.length).toBeGreaterThanOrEqual(1);
});

test('What trying again cannot mend is thrown: a cursor of another log, and a query that is wrong', async () => {
  const refused = async (query: string, after: string) => {
    const changes = resumingSubscription<Changed>({ connection: connectionOf(api), query, cursorOf, after });
    const thrown = await changes.next().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(SubscriptionRefused);
    return thrown instanceof SubscriptionRefused ? thrown.code : undefined;
  };
  expect(await refused(QUERY, Buffer.from('AAAAAAAAAAAA:1').toString('base64url'))).toBe('CURSOR_EXPIRED');
  expect(await refused(QUERY, 'x')).toBe('BAD_USER_INPUT');
  expect(await refused('subscription { nothing }', await cursorNow(api))).toBe('GRAPHQL_VALIDATION_FAILED');
});

/** While a release is rolled out, an instance of the one before reads events of which it has never heard. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventBody } from '../../src/events/event.ts';
import { type Tenant } from '../../src/tenants/tenant.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import { type Api, startApi } from '../support/api.ts';
import { append, cursorNow, newEvent } from '../support/events.ts';
import { openEventStream } from '../support/event-stream.ts';
import { addTenant } from '../support/rows.ts';
import { overWebSocket } from '../support/streams.ts';
import { EventStreamDocument, TenantStatusChangesDocument } from '../operations/graphql.ts';

const EVENT = '__typename id ... on TenantEvent { actor { displayName } tenant { id } }';
const LIVE = `subscription ($after: Cursor) { events(after: $after) { ${EVENT} } }`;
const PAGE = `query ($after: Cursor) { events(after: $after) { edges { node { ${EVENT} } } } }`;
type Told = { __typename: string; id: string; tenant: { id: string } };

let api: Api;
let tenant: Tenant;
beforeAll(async () => {
  api = await startApi();
  tenant = await addTenant(api.db, 'ahead');
});
afterAll(() => api[Symbol.asyncDispose]());

test('An event of a newer release is told as one, and the others around it as ever, over every transport', async () => {
  const after = await cursorNow(api);
  const facts = { tenantId: tenant.id, facts: tenantFacts(tenant) };
  const unheardOf = { kind: 'MOON_ROSE', phase: 'FULL' } as unknown as EventBody;
  await using live = overWebSocket(api, { document: EventStreamDocument, variables: { after } });
  await using changes = overWebSocket(api, { document: TenantStatusChangesDocument, variables: { after } });
  await append(api.db, newEvent(1, facts), newEvent(2, { ...facts, body: unheardOf }), newEvent(3, facts));
  await append(api.db, newEvent(4, facts));

  const types = ['TenantStatusChanged', 'OtherEvent', 'TenantStatusChanged', 'TenantStatusChanged'];
  // Whoever was told of it can read it.
  const told = await live.first(4);
  const { data } = await api.ask<{ events: { edges: { node: Told }[] } }, object>(PAGE, { after });
  const page = data?.events.edges.map(({ node }) => node) ?? [];
  expect(page.map(({ __typename: type }) => type)).toEqual(types);
  expect(page[1]).toMatchObject({ tenant: { id: tenant.id } });
  expect(told.map(({ events }) => events.id)).toEqual(page.map(({ id }) => id));
  expect((await changes.first(3)).map(({ tenantStatusChanged: { version } }) => version)).toEqual([1, 3, 4]);
  await using stream = openEventStream(`${api.url}/graphql`, { query: LIVE, variables: { after } });
  const streamed = await stream.first<{ data: { events: Told } }>(4);
  expect(streamed.map((message) => message.data.events)).toEqual(page);
  expect([...live.problems, ...changes.problems]).toEqual([]);
});

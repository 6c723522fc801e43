/** What the hub sends over WebSocket: the same as graphql-js tells one by one, executed once, to those who may have it. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse, print } from 'graphql';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Viewer } from '../../src/access/viewer.ts';
import type { SyncRun } from '../../src/sync-runs/sync-run.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import {
  EventStreamDocument,
  RunChangesDocument,
  TenantStatusChangesDocument,
} from '../operations/graphql.ts';
import { type Api, startApi } from '../support/api.ts';
import { append, cursorNow, newEvent } from '../support/events.ts';
import { addRun, addTenant } from '../support/rows.ts';
import { type Feed, overServerSentEvents, overWebSocket } from '../support/streams.ts';
import { waitFor } from '../support/wait-for.ts';

let api: Api;
let tenant: Tenant;
let other: Tenant;
let run: SyncRun;
let blinkered: Viewer;

beforeAll(async () => {
  api = await startApi({ blinkered: () => blinkered });
  tenant = await addTenant(api.db, 'shared');
  other = await addTenant(api.db, 'unseen');
  run = await addRun(api.db, tenant);
  blinkered = {
    actor: { kind: 'API_KEY', id: 'key/blinkered', displayName: 'blinkered' },
    personId: 'key/blinkered',
    isMachine: true,
    grants: { fleet: new Set(), byTenant: new Map([[tenant.id, new Set(['VIEWER' as const])]]) },
    expiresAt: null,
  };
});
afterAll(() => api[Symbol.asyncDispose]());

/** A change of the tenant's status and one of its run for each version. */
function change(versions: readonly number[], of = tenant) {
  const parts = { tenantId: of.id, runId: run.id, facts: tenantFacts(of) };
  const body = { kind: 'SYNC_RUN_CHANGED', previousStatus: 'STARTING', status: 'IN_PROGRESS' } as const;
  return append(
    api.db,
    ...versions.flatMap((version) => [
      newEvent(version, parts),
      newEvent(version, { ...parts, body: { ...body, outcome: null, version } }),
    ]),
  );
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

type Subscription = TypedDocumentNode<unknown, Record<string, unknown>>;
const written = (query: string) => parse(query) as Subscription;
const ACTIONS = written(
  'subscription ($after: Cursor) { tenantStatusChanged(after: $after) { version tenant { actions { label allowed reason } } } }',
);
const FAILING = written(
  'subscription ($after: Cursor) { events(after: $after) { cursor ... on TenantEvent { tenant { syncRuns(first: 101) { nodes { id } } } } } }',
);

test.each([
  { what: 'events', document: EventStreamDocument, each: 2 },
  { what: 'changes of tenants', document: TenantStatusChangesDocument, each: 1 },
  { what: 'changes of a run', document: RunChangesDocument as Subscription, each: 1 },
  { what: 'actions', document: ACTIONS, each: 1 },
  { what: 'results with errors', document: FAILING, each: 2 },
])('The hub tells $what as graphql-js tells them one by one', async ({ document, each }) => {
  const after = await cursorNow(api);
  const variables: Record<string, unknown> = { after, syncRunId: run.id };
  const takes = print(document).includes('$syncRunId');
  const operation = { document, variables: takes ? variables : { after } };
  await change(numbers(1, 5));
  await using open = new AsyncDisposableStack();
  const use = (feed: Feed<unknown>) => open.use(feed);
  for (const as of ['viewer', 'operator']) {
    const shared = numbers(1, 4).map(() => use(overWebSocket(api, { ...operation, as })));
    const alone = use(overServerSentEvents(api, { ...operation, as }));
    for (const feed of [...shared, alone]) await toldAll(feed, 5 * each);
    await change(numbers(6, 15));
    for (const feed of [...shared, alone]) await toldAll(feed, 15 * each);
    for (const { received, problems } of shared) {
      expect(received.slice(0, 15 * each)).toEqual(alone.received.slice(0, 15 * each));
      expect(problems.slice(0, 15 * each)).toEqual(alone.problems.slice(0, 15 * each));
    }
  }
});

/** A result that failed as a whole has an error and no data. */
const toldAll = ({ received, problems }: Feed<unknown>, count: number) =>
  waitFor('all results', () => received.length + problems.length >= count);

test('However many subscribe, an event is executed once for all with the same rights', async () => {
  const after = await cursorNow(api);
  const operation = { document: TenantStatusChangesDocument, variables: { after } };
  await using open = new AsyncDisposableStack();
  const all = numbers(1, 40).map(() => open.use(overWebSocket(api, operation)));
  await change([1]);
  for (const feed of all) await feed.first(1);
  const queries = vi.spyOn(Client.prototype, 'query');
  await change(numbers(2, 11));
  for (const feed of all) await feed.first(11);
  const ofTenants = queries.mock.calls.filter(([query]) =>
    JSON.stringify(query).includes('from \\"tenants\\"'),
  );
  queries.mockRestore();
  expect(ofTenants.length).toBeGreaterThanOrEqual(1);
  expect(ofTenants.length).toBeLessThanOrEqual(10);
});

test('The same document tells each only of the tenants that are theirs', async () => {
  const after = await cursorNow(api);
  const operation = { document: TenantStatusChangesDocument, variables: { after } };
  await using one = overWebSocket(api, { ...operation, as: 'blinkered' });
  await using all = overWebSocket(api, operation);
  await change([1], other);
  await change([2]);
  const versions = (feed: typeof all) => feed.received.map(({ tenantStatusChanged: { version } }) => version);
  await all.first(2);
  await one.first(1);
  expect([versions(all), versions(one)]).toEqual([[1, 2], [2]]);
});

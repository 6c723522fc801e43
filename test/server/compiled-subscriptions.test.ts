/** What subscriptions ask of each event is compiled, and answers as graphql-js does. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EventBody } from '../../src/events/event.ts';
import type { ToldEvent } from '../../src/graphql/event.ts';
import { newId } from '../../src/lib/ids.ts';
import { schema } from '../../src/server/schema.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import { keyOf } from '../support/api.ts';
import {
  bothWays,
  type CompiledWorld,
  startCompiledWorld,
  viewers,
  viewerWith,
} from '../support/compiled-world.ts';
import { drawOperation } from '../support/draw-operation.ts';
import { append, cursorNow, newEvent } from '../support/events.ts';
import { addTenant } from '../support/rows.ts';
import { overWebSocket } from '../support/streams.ts';
import { waitFor } from '../support/wait-for.ts';

const operations = new URL('../../schema/operations/', import.meta.url);

let world: CompiledWorld;
beforeAll(async () => {
  world = await startCompiledWorld();
});
afterAll(() => world.api[Symbol.asyncDispose]());

/** One of each kind, of things that there are and of one that there is not. */
function everyEvent(): ToldEvent[] {
  const [tenantId = '', , runId = '', changeSetId = ''] = world.ids;
  const bodies: EventBody[] = [
    { kind: 'TENANT_STATUS_CHANGED', previousStatus: 'IDLE', status: 'STARTING', version: 7 },
    { kind: 'SYNC_RUN_CHANGED', previousStatus: null, status: 'STARTING', outcome: null, version: 1 },
    { kind: 'AUTHENTICATION_REQUESTED', challengeId: newId('chl'), expiresAt: '2026-11-23T09:15:00.000Z' },
    { kind: 'CHANGE_SET_READY', changeSetId: `cs_${changeSetId.slice(3)}`, digest: 'd1' },
    { kind: 'CHANGE_SET_READY', changeSetId: newId('cs'), digest: 'd1' },
    { kind: 'CHANGE_SET_DECIDED', changeSetId: null, verdict: 'APPROVE', state: 'SETTLED', digest: null },
    { kind: 'REVERT_FINISHED', revertId: newId('rev'), status: 'DONE', commit: null },
    { kind: 'GATE_MISSING' },
    { kind: 'TENANT_ADDED' },
    { kind: 'TENANT_REMOVED' },
    { kind: 'WEB_HOOK_SWITCHED_OFF', webHookId: newId('whk'), reason: 'FAILING' },
  ];
  const { actor } = viewerWith([]);
  return bodies.map((body, index) => ({
    kind: body.kind,
    id: newId('evt'),
    cursor: `c${index}`,
    occurredAt: new Date(),
    tenantId: `ten_${tenantId.slice(4)}`,
    runId: index % 2 === 0 ? `run_${runId.slice(4)}` : newId('run'),
    actor,
    body,
  }));
}

const ONLY_KIND = { tenantStatusChanged: 'TENANT_STATUS_CHANGED', syncRunChanged: 'SYNC_RUN_CHANGED' };

test('Subscriptions, ours and some drawn at random, tell every event as graphql-js does', async () => {
  const own = readdirSync(operations)
    .map((file) => readFileSync(new URL(file, operations), 'utf8'))
    .filter((text) => /^subscription/m.test(text))
    .map((text) => ({ text, variables: { syncRunId: 'x' } }));
  expect(own.length).toBeGreaterThan(2);
  const drawn = Array.from({ length: 90 }, (_, seed) =>
    drawOperation(schema, { seed, ids: world.ids, operation: 'subscription' }),
  );
  let compiled = 0;
  let failed = 0;
  for (const { text, variables } of [...own, ...drawn]) {
    const document = parse(text);
    expect([text, validate(schema, document)]).toEqual([text, []]);
    const only = Object.entries(ONLY_KIND).find(([field]) => new RegExp(`\\b${field}\\b`).test(text))?.[1];
    for (const event of everyEvent().filter(({ kind }) => !only || kind === only)) {
      const viewer = viewers[compiled % 2] ?? viewerWith([]);
      const { ours, theirs } = await bothWays(world.api, { document, variables, viewer, event });
      if (!ours) continue;
      compiled += 1;
      if (theirs.errors.length > 0) failed += 1;
      // Of several errors that leave nothing the first is told: which one that is, is chance.
      if (theirs.data === 'null')
        expect([text, ours.data, ours.errors.length]).toEqual([text, 'null', theirs.errors.length]);
      else expect({ text, event, ...ours }).toEqual({ text, event, ...theirs });
    }
  }
  expect(compiled).toBeGreaterThan(300);
  expect(failed).toBeGreaterThan(15);
});

test('Whoever leaves in the middle of many events has no more of them executed', async () => {
  const { api } = world;
  const tenant = await addTenant(api.db, 'left');
  const after = await cursorNow(api);
  const parts = { tenantId: tenant.id, facts: tenantFacts(tenant) };
  await append(api.db, ...Array.from({ length: 450 }, (_, index) => newEvent(index + 1, parts)));
  const query = vi.spyOn(api.pool, 'query');
  const text =
    'subscription ($after: Cursor) { events(after: $after) { ... on TenantEvent { tenant { observedAt } } } }';
  const stream = overWebSocket(api, { document: parse(text), variables: { after } });
  await stream.first(1);
  await stream[Symbol.asyncDispose]();
  await waitFor('its end', () => !api.feed.isWatched);
  const before = query.mock.calls.length;
  await sleep(200);
  expect(query.mock.calls.length - before).toBeLessThan(50);
  query.mockRestore();
});

test('A subscription whose variables do not fit is refused with 400, before it is a stream', async () => {
  const response = await fetch(`${world.api.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${keyOf('viewer')}`,
    },
    body: JSON.stringify({
      query: 'subscription ($filter: EventFilter) { events(filter: $filter) { id } }',
      variables: { filter: { unknown: 1 } },
    }),
  });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('BAD_USER_INPUT');
});

/** What is another tenant's is told to nobody, and asking for it does what asking for nothing does. */
import { drizzle } from 'drizzle-orm/node-postgres';
import {
  type ExecutionResult,
  graphql,
  isInputObjectType,
  isNonNullType,
  getNamedType,
  parse,
  subscribe,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '../../src/access/viewer.ts';
import { inTransaction } from '../../src/database/database.ts';
import { SERVICE_ACTOR } from '../../src/events/actor.ts';
import { appendEvents } from '../../src/events/append-events.ts';
import type { EventBody } from '../../src/events/event.ts';
import type { Context } from '../../src/graphql/context.ts';
import { newId } from '../../src/lib/ids.ts';
import { schema } from '../../src/server/schema.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import { type Api, startApi } from '../support/api.ts';
import { contextFor } from '../support/context.ts';
import { questions } from '../support/crawler.ts';
import { addChallenge, addChangeSet, addDecision, addRevert, addRun, addTenant } from '../support/rows.ts';
import { waitFor } from '../support/wait-for.ts';

type Things = { tenant: Tenant; ids: string[]; runId: `run_${string}`; changeSetId: `cs_${string}` };

let api: Api;
let viewer: Viewer;
let own: Things;
let foreign: Things;
let statements: string[] = [];

beforeAll(async () => {
  api = await startApi();
  own = await fill(await addTenant(api.db, 'own-canary'));
  foreign = await fill(await addTenant(api.db, 'foreign-canary'));
  viewer = {
    actor: { kind: 'API_KEY', id: 'key/crawler', displayName: 'crawler' },
    personId: 'key/crawler',
    isMachine: true,
    grants: { fleet: new Set(), byTenant: new Map([[own.tenant.id, new Set(['ADMIN'] as const)]]) },
    expiresAt: null,
  };
});
afterAll(() => api[Symbol.asyncDispose]());

async function fill(tenant: Tenant): Promise<Things> {
  const run = await addRun(api.db, tenant, { status: 'PENDING_AUTHENTICATION', revertStatus: 'CONFLICT' });
  const changeSet = await addChangeSet(api.db, run);
  await addDecision(api.db, run, tenant.name);
  await addRevert(api.db, run, changeSet.id);
  await addChallenge(api.db, api.seal, run);
  return {
    tenant,
    ids: [tenant.id, run.id, changeSet.id, tenant.name],
    runId: run.id,
    changeSetId: changeSet.id,
  };
}

/** Everything that is sent to the database for it is noted. */
function contextOf(): Context {
  const noted = drizzle({
    client: (api.db as unknown as { $client: never }).$client,
    logger: { logQuery: (text) => statements.push(text) },
  });
  return {
    ...contextFor(api, viewer),
    db: noted,
    services: { ...api.services, db: noted },
    webHooks: { ...api.webHooks, db: noted },
  };
}

const random = (id: string) => id.replace(/[0-9a-f]{32}$/, 'a'.repeat(32)).replace('foreign', 'nobody');
/** What may differ between two questions: the ids that were asked for, and moments. */
const blank = (text: string, ids: readonly string[]) =>
  ids.reduce((known, id) => known.replaceAll(id, '?'), text).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then');

async function answered(source: string, variableValues: Record<string, unknown>) {
  statements = [];
  const result = await graphql({ schema, source, variableValues, contextValue: contextOf() });
  return { told: JSON.stringify(result), statements: [...new Set(statements)].toSorted() };
}

test('Every query about a foreign id is answered like one about a random id, by the same statements', async () => {
  const asked = [...questions(schema.getQueryType(), foreign.ids)];
  expect(asked.length).toBeGreaterThan(20);
  let read = 0;
  for (const { source, variableValues } of asked) {
    const theirs = await answered(source, variableValues);
    const nobodys = await answered(source, eachRandom(variableValues));
    const ids = [...foreign.ids, ...foreign.ids.map(random)];
    expect({ source, ...theirs, told: blank(theirs.told, ids) }).toEqual({
      ...{ source, ...nobodys },
      told: blank(nobodys.told, ids),
    });
    read += theirs.statements.length;
  }
  expect(read).toBeGreaterThan(20);
});

function eachRandom(values: Record<string, unknown>): Record<string, unknown> {
  const change = (value: unknown): unknown =>
    typeof value === 'string' ? random(value) : Array.isArray(value) ? value.map(change) : value;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

const digest = 'd'.repeat(64);
/** Of every mutation's input, what names something of a tenant. */
const INPUTS: Record<string, (of: Pick<Things, 'runId' | 'changeSetId'> & { tenantId: string }) => object> = {
  tenantId: ({ tenantId }) => ({ tenantId }),
  tenantIds: ({ tenantId }) => ({ tenantIds: [tenantId] }),
  syncRunId: ({ runId }) => ({ syncRunId: runId }),
  changeSetId: ({ changeSetId }) => ({ changeSetId, digest }),
  items: ({ changeSetId }) => ({ items: [{ changeSetId, digest }] }),
};

test('Every mutation about a foreign id is answered like one about a random id, by the same statements', async () => {
  let tried = 0;
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const [arg] = field.args;
    const type = arg && getNamedType(arg.type);
    if (!type || !isInputObjectType(type)) throw new Error(`${field.name} takes no input.`);
    const about = Object.values(type.getFields()).find(
      (one) => isNonNullType(one.type) && one.name in INPUTS,
    );
    const inputOf = about && INPUTS[about.name];
    if (!inputOf) continue;
    tried += 1;
    const source = `mutation ($input: ${type.name}!) { ${field.name}(input: $input) { __typename ... on Refusal { code message } } }`;
    const { runId, changeSetId, tenant } = foreign;
    const theirs = { tenantId: tenant.id, runId, changeSetId };
    const nobodys = { tenantId: newId('ten'), runId: newId('run'), changeSetId: newId('cs') };
    const [one, other] = [
      await answered(source, { input: inputOf(theirs) }),
      await answered(source, { input: inputOf(nobodys) }),
    ];
    const ids = [...Object.values(theirs), ...Object.values(nobodys)];
    expect({ source, ...one, told: blank(one.told, ids) }).toEqual({
      ...{ source, ...other },
      told: blank(other.told, ids),
    });
    expect(one.told).toContain('NotFound');
    expect(one.statements.length, field.name).toBeGreaterThan(2);
  }
  expect(tried).toBeGreaterThanOrEqual(10);
});

const bodies = ({ changeSetId }: Things): EventBody[] => [
  { kind: 'TENANT_STATUS_CHANGED', previousStatus: 'IDLE', status: 'STARTING', version: 1 },
  { kind: 'SYNC_RUN_CHANGED', previousStatus: null, status: 'STARTING', outcome: null, version: 1 },
  { kind: 'AUTHENTICATION_REQUESTED', challengeId: newId('chl'), expiresAt: new Date().toISOString() },
  { kind: 'CHANGE_SET_READY', changeSetId, digest },
  { kind: 'CHANGE_SET_DECIDED', changeSetId, verdict: 'APPROVE', state: 'SETTLED', digest },
  { kind: 'REVERT_FINISHED', revertId: newId('rev'), status: 'DONE', commit: null },
  { kind: 'GATE_MISSING' },
  { kind: 'TENANT_ADDED' },
  { kind: 'TENANT_REMOVED' },
];

const tell = (of: Things) =>
  inTransaction(api.db, (tx) =>
    appendEvents(
      tx,
      bodies(of).map((body) => ({
        tenantId: of.tenant.id,
        runId: of.runId,
        actor: { ...SERVICE_ACTOR, displayName: of.tenant.name },
        tenant: tenantFacts(of.tenant),
        body,
      })),
    ),
  );

test('Every subscription tells of every kind of event of its own tenants, and nothing of others', async () => {
  const told: string[] = [];
  const streams: AsyncGenerator<ExecutionResult, void, void>[] = [];
  for (const { source, variableValues } of questions(schema.getSubscriptionType(), [own.runId])) {
    const stream = await subscribe({
      schema,
      document: parse(source),
      variableValues,
      contextValue: contextOf(),
    });
    if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream));
    streams.push(stream);
    void (async () => {
      for await (const result of stream) told.push(JSON.stringify(result));
    })();
  }
  expect(streams.length).toBeGreaterThanOrEqual(3);
  await tell(foreign);
  await tell(own);
  await tell(foreign);
  // Nine kinds on `events`, and the two that have subscriptions of their own.
  await waitFor(
    () => `11 messages; there are ${told.length}`,
    () => told.length >= 11,
  );
  await Promise.all(streams.map((stream) => stream.return()));
  expect(told).toHaveLength(11);
  const text = told.join('\n');
  expect(text).not.toContain('"errors"');
  for (const mine of own.ids) expect(text).toContain(mine);
  for (const theirs of foreign.ids) expect(text).not.toContain(theirs);
});

test('A subscription to a foreign run is refused like one to a random run', async () => {
  const refusalOf = async (id: string) => {
    const [question] = [...questions(schema.getSubscriptionType(), [id])].filter(
      ({ field }) => field === 'syncRunChanged',
    );
    if (!question) throw new Error('There is no such subscription.');
    const { source, variableValues } = question;
    const result = await subscribe({
      schema,
      document: parse(source),
      variableValues,
      contextValue: contextOf(),
    });
    return blank(JSON.stringify(result), [id]);
  };
  const random = newId('run');
  expect(await refusalOf(foreign.runId)).toBe(await refusalOf(random));
  expect(await refusalOf(random)).toContain('errors');
});

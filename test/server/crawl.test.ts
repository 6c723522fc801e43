import { eq } from 'drizzle-orm';
import { graphql, isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../src/access/api-keys.ts';
import { createAuthenticate } from '../../src/access/authenticate.ts';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { audit } from '../../src/access/audit.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { inTransaction } from '../../src/database/database.ts';
import { SERVICE_ACTOR } from '../../src/events/actor.ts';
import { appendEvents } from '../../src/events/append-events.ts';
import { schema } from '../../src/server/schema.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import { tenantFacts } from '../../src/tenants/write-tenant.ts';
import { type Api, startApi } from '../support/api.ts';
import { contextFor } from '../support/context.ts';
import { mustBeGiven, questions } from '../support/crawler.ts';
import { addChallenge, addChangeSet, addDecision, addRevert, addRun, addTenant } from '../support/rows.ts';
import { waitFor } from '../support/wait-for.ts';

let api: Api;
let viewer: Viewer;
let own: string[] = [];
let foreign: string[] = [];

beforeAll(async () => {
  api = await startApi();
  const ours = await addTenant(api.db, 'own-canary');
  // Each is the other's kin, so that edges lead across.
  const theirs = await addTenant(api.db, 'foreign-canary', { baselineId: ours.id });
  await api.db.update(tenants).set({ baselineId: theirs.id }).where(eq(tenants.id, ours.id));
  [own, foreign] = await Promise.all([fill(ours), fill(theirs)]);
  await waitFor('the events', () => api.feed.place().position >= 4n);
  const { secret } = await createKey(api.db, COMMAND_LINE, {
    name: 'crawler',
    personId: null,
    roles: ['ADMIN'],
    tenantIds: [ours.id],
    expiresInDays: 1,
  });
  const found = await createAuthenticate({ db: api.db, fixedKeys: [], entra: null })(`Bearer ${secret}`);
  if (!found) throw new Error('The key names nobody.');
  viewer = found;
});
afterAll(() => api[Symbol.asyncDispose]());

/** Something of everything. Returns the ids. */
async function fill(tenant: Tenant): Promise<string[]> {
  const run = await addRun(api.db, tenant, { status: 'PENDING_AUTHENTICATION', revertStatus: 'CONFLICT' });
  const changeSet = await addChangeSet(api.db, run);
  await addDecision(api.db, run, tenant.name);
  await addRevert(api.db, run, changeSet.id);
  await addChallenge(api.db, api.seal, run);
  const about = { tenantId: tenant.id, actor: SERVICE_ACTOR, tenant: tenantFacts(tenant) };
  const { digest } = changeSet;
  await inTransaction(api.db, async (tx) => {
    await appendEvents(tx, [
      { ...about, runId: run.id, body: { kind: 'CHANGE_SET_READY', changeSetId: changeSet.id, digest } },
      { ...about, runId: null, body: { kind: 'TENANT_ADDED' } },
    ]);
    await audit(tx, { viewer: COMMAND_LINE, act: 'START_SYNC', tenantId: tenant.id, target: run.id });
  });
  return [tenant.id, run.id, changeSet.id, tenant.name];
}

async function crawl(texts: readonly string[]) {
  const crossed = new Set<string>();
  const answers: string[] = [];
  for (const { source, variableValues, edges } of questions(schema.getQueryType(), texts)) {
    const { data, errors } = await graphql({
      schema,
      source,
      variableValues,
      contextValue: contextFor(api, viewer),
    });
    for (const edge of edges) crossed.add(edge);
    answers.push(JSON.stringify({ data, errors: errors?.map(({ message }) => message) }));
  }
  return { text: answers.join('\n'), crossed };
}

test('A key of one tenant crawls every field and edge and finds nothing of another', async () => {
  const { text, crossed } = await crawl([...own, ...foreign]);
  for (const mine of own) expect(text).toContain(mine);
  const [tenantId = '', runId = '', changeSetId = ''] = foreign;
  // What was asked for may stand in the message that refuses it; nothing of it may stand anywhere else.
  const told = text.replaceAll(/"errors":\[[^\]]*\]/g, '');
  for (const theirs of [tenantId, runId, changeSetId, 'foreign-canary']) expect(told).not.toContain(theirs);
  expect(crossed.size).toBeGreaterThan(150);
  const reachable = Object.values(schema.getTypeMap()).filter(
    (type) =>
      isObjectType(type) && ['Tenant', 'SyncRun', 'ChangeSet', 'Decision', 'Revert'].includes(type.name),
  );
  const missed = reachable.flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields())
          .filter((field) => !mustBeGiven(field) && !crossed.has(`${type.name}.${field.name}`))
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
  expect(missed).toEqual([]);
});

test('A foreign id is answered like a random one', async () => {
  const random = foreign.map((id) =>
    id.replace(/[0-9a-f]{32}$/, 'a'.repeat(32)).replace('foreign', 'nobody'),
  );
  const [theirs, nobodys] = [await crawl(foreign), await crawl(random)];
  const blank = (text: string, ids: readonly string[]) =>
    ids.reduce((known, id) => known.replaceAll(id, '?'), text).replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '""');
  expect(blank(theirs.text, foreign)).toBe(blank(nobodys.text, random));
});

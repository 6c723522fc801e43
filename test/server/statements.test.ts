/** How many statements a page takes must not depend on its size: a loader that is asked one by one would show here. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  DashboardDocument,
  ReviewChangeSetDocument,
  RunsThatNeedAttentionDocument,
} from '../operations/graphql.ts';
import { type Api, startApi } from '../support/api.ts';
import { addChallenge, addChangeSet, addDecision, addRevert, addRun, addTenant } from '../support/rows.ts';

let api: Api;
let changeSetRun = '';
let changeSetTenant = '';
beforeAll(async () => {
  api = await startApi();
  const baseline = await addTenant(api.db, 'baseline');
  for (let index = 0; index < 110; index++) {
    const tenant = await addTenant(api.db, `tenant-${index}`, { baselineId: baseline.id });
    const status = index % 2 === 0 ? 'PENDING_AUTHENTICATION' : 'COMPLETED';
    const run = await addRun(api.db, tenant, { status, revertStatus: index % 3 === 0 ? 'CONFLICT' : null });
    if (index % 2 === 0) await addChallenge(api.db, api.seal, run);
    if (index % 5 > 0) continue;
    const changeSet = await addChangeSet(api.db, run, { count: 100 });
    await addDecision(api.db, run, 'approver');
    await addRevert(api.db, run, changeSet.id);
    changeSetRun = run.id;
    changeSetTenant = tenant.id;
  }
});
afterAll(() => api[Symbol.asyncDispose]());

/** What the event feed and the watcher of rights do by themselves is nobody's question. */
const BY_ITSELF = /number_events|event_log|"?rights"?/;

async function statementsOf(ask: () => Promise<{ errors: unknown[] }>): Promise<string[]> {
  const query = vi.spyOn(api.pool, 'query');
  try {
    expect((await ask()).errors).toEqual([]);
    const texts = query.mock.calls.map(([given]) => JSON.stringify(given));
    return texts.filter((text) => !BY_ITSELF.test(text));
  } finally {
    query.mockRestore();
  }
}

test('A page of the dashboard takes at most 6 statements, whatever its size', async () => {
  const few = await statementsOf(() => api.ask(DashboardDocument, { first: 5 }, 'operator'));
  const many = await statementsOf(() => api.ask(DashboardDocument, { first: 100 }, 'operator'));
  expect(few.length).toBeGreaterThan(2);
  for (const statements of [few, many]) expect(statements.slice(6)).toEqual([]);
});

test('A list of runs and a change set take as many statements for a hundred as for five', async () => {
  const lists = [
    (first: number) => api.ask(RunsThatNeedAttentionDocument, { first }, 'operator'),
    (first: number) => api.ask(ReviewChangeSetDocument, { syncRunId: changeSetRun, first }, 'operator'),
  ];
  for (const list of lists) {
    const few = await statementsOf(() => list(5));
    const many = await statementsOf(() => list(100));
    expect(many.length).toBeLessThanOrEqual(few.length + 1);
    expect(many.length).toBeLessThanOrEqual(8);
  }
});

test('A tenant and its newest run are of one moment: one statement reads both', async () => {
  const query = 'query ($id: ID!) { tenant(id: $id) { status latestRun { status } } }';
  expect(await statementsOf(() => api.ask(query, { id: changeSetTenant }))).toHaveLength(1);
});

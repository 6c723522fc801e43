import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '../../src/access/viewer.ts';
import { newId } from '../../src/lib/ids.ts';
import type { ChangeSet } from '../../src/change-sets/change-set.ts';
import type { SyncRun } from '../../src/sync-runs/sync-run.ts';
import { ReviewChangeSetDocument, RunDetailDocument } from '../operations/graphql.ts';
import { type Api, startApi } from '../support/api.ts';
import { addChangeSet, addDecision, addRevert, addRun, addTenant } from '../support/rows.ts';

let api: Api;
let run: SyncRun;
let changeSet: ChangeSet;
const approval = {
  approvalId: 'approval-1',
  required: 2,
  given: 0,
  order: 'ANY' as const,
  selfApprovalAllowed: true,
  expiresAt: null,
  steps: [
    {
      approver: { id: '1', displayName: 'Ada', isGroup: false },
      decidedBy: null,
      verdict: null,
      comment: null,
      decidedAt: null,
    },
  ],
};
const blinkered = (): Viewer => ({
  actor: { kind: 'API_KEY', id: 'key/b', displayName: 'b' },
  personId: 'key/b',
  isMachine: true,
  grants: { fleet: new Set(), byTenant: new Map([[newId('ten'), new Set(['ADMIN'] as const)]]) },
  expiresAt: null,
});

beforeAll(async () => {
  api = await startApi({ blinkered });
  run = await addRun(api.db, await addTenant(api.db, 'changes'), {
    status: 'PENDING_APPROVAL',
    approval,
    revertStatus: 'CONFLICT',
  });
  await addChangeSet(api.db, run, { count: 1, digest: 'a'.repeat(64) });
  changeSet = await addChangeSet(api.db, run, { count: 7 });
  await addDecision(api.db, run, 'approver');
  await addRevert(api.db, run, changeSet.id);
});
afterAll(() => api[Symbol.asyncDispose]());

const review = (variables: object = {}) =>
  api.ask(ReviewChangeSetDocument, { syncRunId: run.id, ...variables });

test("A run's change set is the newest, with its changes in the order of their paths", async () => {
  const { data, errors } = await review({ first: 3 });
  expect(errors).toEqual([]);
  const shown = data?.syncRun?.changeSet;
  expect(shown).toMatchObject({
    id: changeSet.id,
    digest: changeSet.digest,
    changes: { totalCount: 7, pageInfo: { hasNextPage: true } },
  });
  expect(shown?.changes.edges.map(({ node }) => node.path)).toEqual([
    '/Source/000.json',
    '/Source/001.json',
    '/Source/002.json',
  ]);
  expect(shown?.changes.edges[0]?.node.properties).toEqual([
    { path: 'state', before: '"disabled"', after: '"enabled"', isSensitive: false },
    { path: 'secret', before: null, after: null, isSensitive: true },
  ]);
  const next = await review({ first: 100, after: shown?.changes.pageInfo.endCursor });
  expect(next.data?.syncRun?.changeSet?.changes.edges).toHaveLength(4);
});

test('Changes are filtered by kind, type and text', async () => {
  const count = async (filter: object) =>
    (await review({ filter })).data?.syncRun?.changeSet?.changes.totalCount;
  expect(await count({ kind: ['CHANGED'] })).toBe(3);
  expect(await count({ kind: ['REMOVED'] })).toBe(0);
  expect(await count({ configurationType: 'MSGraph:Groups' })).toBe(0);
  expect(await count({ search: 'POLICY 3' })).toBe(1);
});

test('The gate counts approvals through the API and says who is missing', async () => {
  const shown = (await review()).data?.syncRun;
  expect(shown?.approval).toMatchObject({ required: 2, given: 1, missing: [{ displayName: 'Ada' }] });
  expect(shown?.decisions).toMatchObject([
    { verdict: 'APPROVE', by: { displayName: 'approver' }, via: 'API', state: 'SENDING' },
  ]);
});

test('A conflicting revert names the files', async () => {
  const { data } = await api.ask(RunDetailDocument, { id: run.id }, 'approver');
  expect(data?.syncRun?.revert).toMatchObject({ status: 'CONFLICT', conflictingPaths: ['/Source/000.json'] });
});

test('Change sets, changes, decisions and reverts are found as nodes, by nobody to whom they are foreign', async () => {
  type Ids = {
    syncRun: {
      changeSet: { changes: { nodes: { id: string }[] } };
      decisions: { id: string }[];
      revert: { id: string };
    };
  };
  const query = `{ syncRun(id: "${run.id}") { changeSet { changes(first: 1) { nodes { id } } } decisions { id } revert { id } } }`;
  const { data } = await api.ask<Ids, unknown>(query);
  const of = data?.syncRun;
  const ids = [changeSet.id, of?.changeSet.changes.nodes[0]?.id, of?.decisions[0]?.id, of?.revert.id];
  const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
  const found = await api.ask<{ nodes: unknown[] }, unknown>(nodes, { ids });
  expect(found.data?.nodes).toEqual(
    ['ChangeSet', 'Change', 'Decision', 'Revert'].map((__typename, index) => ({
      __typename,
      id: ids[index],
    })),
  );
  expect((await api.ask<{ nodes: unknown[] }, unknown>(nodes, { ids }, 'blinkered')).data?.nodes).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { RunDetailDocument, RunsThatNeedAttentionDocument } from '../operations/graphql.ts';
import { type Api, type As, startApi } from '../support/api.ts';
import { addChallenge, addRun, addTenant } from '../support/rows.ts';

let api: Api;
let tenant: Tenant;
beforeAll(async () => {
  api = await startApi();
  tenant = await addTenant(api.db, 'runs');
  for (const [index, facts] of [
    { status: 'COMPLETED', outcome: 'SUCCEEDED' },
    { status: 'COMPLETED', outcome: 'REJECTED', revertStatus: 'CONFLICT' },
    { status: 'COMPLETED', outcome: 'FAILED', trigger: 'SCHEDULED' },
    { status: 'PENDING_APPROVAL' },
  ].entries()) {
    await addRun(api.db, tenant, {
      ...(facts as object),
      name: `run-${index}`,
      queuedAt: new Date(Date.UTC(2026, 0, index + 1)),
    });
  }
});
afterAll(() => api[Symbol.asyncDispose]());

type Names = {
  tenant: {
    syncRuns: {
      totalCount: number;
      pageInfo: { endCursor: string; hasNextPage: boolean };
      nodes: { name: string }[];
    };
  };
};
const QUERY = `query ($id: ID!, $first: Int, $after: String, $filter: SyncRunFilter) {
  tenant(id: $id) { syncRuns(first: $first, after: $after, filter: $filter) { totalCount pageInfo { endCursor hasNextPage } nodes { name } } }
}`;
const list = async (variables: Record<string, unknown> = {}) =>
  (await api.ask<Names, unknown>(QUERY, { id: tenant.id, ...variables })).data?.tenant.syncRuns;
const names = async (filter: Record<string, unknown>) =>
  (await list({ filter }))?.nodes.map(({ name }) => name);

test('Runs come newest first and are filtered by status, outcome, trigger and the need of a person', async () => {
  expect(await names({})).toEqual(['run-3', 'run-2', 'run-1', 'run-0']);
  expect(await names({ status: ['PENDING_APPROVAL'] })).toEqual(['run-3']);
  expect(await names({ outcome: ['FAILED', 'SUCCEEDED'] })).toEqual(['run-2', 'run-0']);
  expect(await names({ trigger: ['SCHEDULED'] })).toEqual(['run-2']);
  expect(await names({ needsAttention: true })).toEqual(['run-3', 'run-1']);
  expect(await names({ needsAttention: false })).toEqual(['run-2', 'run-0']);
});

test('A page stays in its place when a new run begins', async () => {
  const first = await list({ first: 2 });
  const added = await addRun(api.db, tenant, { name: 'new', status: 'COMPLETED', outcome: 'SUCCEEDED' });
  expect((await list({ first: 1, after: first?.pageInfo.endCursor }))?.nodes).toEqual([{ name: 'run-1' }]);
  expect((await list({ first: 1 }))?.nodes).toEqual([{ name: added.name }]);
  const { data } = await api.ask(RunsThatNeedAttentionDocument, {});
  expect(data?.syncRuns.totalCount).toBe(2);
});

test('The code to sign in with is shown to those who may use it, and to them only while it works', async () => {
  const waiting = await addRun(api.db, await addTenant(api.db, 'sign-in'), {
    status: 'PENDING_AUTHENTICATION',
  });
  await addChallenge(api.db, api.seal, waiting);
  const codeFor = async (as: As, id: string) =>
    (await api.ask(RunDetailDocument, { id }, as)).data?.syncRun?.authentication?.userCode;
  expect(await codeFor('operator', waiting.id)).toBe('ABCD1234');
  expect(await codeFor('viewer', waiting.id)).toBeNull();
  expect(await codeFor('approver', waiting.id)).toBeNull();
  const late = await addRun(api.db, await addTenant(api.db, 'late'), { status: 'PENDING_AUTHENTICATION' });
  await addChallenge(api.db, api.seal, late, { expiresInMs: -1 });
  expect(await codeFor('operator', late.id)).toBeNull();
});

test('A run tells its error, stages and downloads', async () => {
  const error = {
    code: 'X',
    message: 'The tenant said no.',
    stage: 'DEPLOY' as const,
    jobUrl: 'https://job',
    isPartial: true,
    occurredAt: '2026-11-23T12:00:00.000Z',
  };
  const stages = [
    {
      stage: 'DEPLOY' as const,
      state: 'FAILED' as const,
      attempt: 1,
      startedAt: '2026-11-23T11:59:00Z',
      completedAt: null,
    },
  ];
  const failed = await addRun(api.db, await addTenant(api.db, 'failed'), {
    status: 'COMPLETED',
    outcome: 'PARTIALLY_SUCCEEDED',
    buildId: 5,
    error,
    stages,
  });
  const { data, errors } = await api.ask(RunDetailDocument, { id: failed.id }, 'operator');
  expect(errors).toEqual([]);
  expect(data?.syncRun).toMatchObject({
    isTerminal: true,
    needsAttention: false,
    error,
    stages: [{ stage: 'DEPLOY', state: 'FAILED', startedAt: '2026-11-23T11:59:00.000Z', completedAt: null }],
    logsUrl: expect.stringMatching(`^http://api.example/runs/${failed.id}/logs\\?ticket=`) as string,
    authentication: null,
    revert: null,
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import {
  ApproveChangeSetDocument,
  CancelSyncDocument,
  RetryRevertDocument,
  StartSyncDocument,
  StartSyncsDocument,
} from '../operations/graphql.ts';
import { type Api, startApi } from '../support/api.ts';
import { addRun, addTenant } from '../support/rows.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

test('A mutation answers an unknown id with NotFound and a malformed one with InvalidInput that names the field', async () => {
  const unknown = await api.ask(StartSyncDocument, { input: { tenantId: newId('ten') } }, 'operator');
  expect(unknown.data?.startSync).toMatchObject({ __typename: 'NotFound', code: 'NOT_FOUND' });
  for (const tenantId of ['', 'x', newId('run'), 'ten_1', "ten_'; drop table tenants"]) {
    const malformed = await api.ask(StartSyncDocument, { input: { tenantId } }, 'operator');
    expect(malformed.data?.startSync).toMatchObject({ __typename: 'InvalidInput' });
  }
  expect(
    (await api.ask(CancelSyncDocument, { input: { syncRunId: newId('run') } }, 'operator')).data?.cancelSync
      .__typename,
  ).toBe('NotFound');
  expect(
    (await api.ask(RetryRevertDocument, { input: { syncRunId: newId('run') } }, 'approver')).data?.retryRevert
      .__typename,
  ).toBe('NotFound');
  const approve = { changeSetId: newId('cs'), digest: 'd' };
  expect(
    (await api.ask(ApproveChangeSetDocument, { input: approve }, 'approver')).data?.approveChangeSet
      .__typename,
  ).toBe('NotFound');
});

test('A comment of 2,000 characters is taken and one of 2,001 or 100,000 is InvalidInput', async () => {
  const tenant = await addTenant(api.db, 'comments');
  const comment = (length: number) => ({ input: { tenantId: tenant.id, comment: 'ü'.repeat(length) } });
  for (const length of [2_001, 100_000]) {
    const refused = await api.ask(StartSyncDocument, comment(length), 'operator');
    expect(refused.data?.startSync).toMatchObject({ __typename: 'InvalidInput', code: 'INVALID_INPUT' });
  }
  expect((await api.ask(StartSyncDocument, comment(2_000), 'operator')).data?.startSync.__typename).toBe(
    'SyncRun',
  );
});

test('A sync of a tenant that has an open one is refused with that run', async () => {
  const tenant = await addTenant(api.db, 'open');
  const run = await addRun(api.db, tenant);
  const { data } = await api.ask(StartSyncDocument, { input: { tenantId: tenant.id } }, 'operator');
  expect(data?.startSync).toMatchObject({
    __typename: 'SyncAlreadyOpen',
    run: { id: run.id, status: 'IN_PROGRESS' },
  });
});

test('A refused action carries its reason and the run', async () => {
  const tenant = await addTenant(api.db, 'scheduled');
  const run = await addRun(api.db, tenant, { trigger: 'SCHEDULED' });
  const { data } = await api.ask(CancelSyncDocument, { input: { syncRunId: run.id } }, 'operator');
  expect(data?.cancelSync).toMatchObject({
    __typename: 'ActionRefused',
    reason: 'SCHEDULED_RUN',
    run: { id: run.id },
  });
});

test('Starting many gives one answer for each, in their order, and at most 100 are taken', async () => {
  const [first, second] = [await addTenant(api.db, 'many-1'), await addTenant(api.db, 'many-2')];
  const ids = [first.id, newId('ten'), second.id, first.id, 'nonsense'];
  const { data } = await api.ask(StartSyncsDocument, { input: { tenantIds: ids } }, 'operator');
  const answers = data?.startSyncs ?? [];
  expect(answers.map((answer) => answer?.__typename).sort()).toEqual([
    'InvalidInput',
    'NotFound',
    'SyncAlreadyOpen',
    'SyncRun',
    'SyncRun',
  ]);
  expect(answers[2]).toMatchObject({ __typename: 'SyncRun', tenant: { id: second.id } });
  const tooMany = await api.ask(
    StartSyncsDocument,
    { input: { tenantIds: Array.from({ length: 101 }, () => newId('ten')) } },
    'operator',
  );
  expect(tooMany.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
});

test('What one of many may not do is an error in its place, and the others are answered', async () => {
  const tenant = await addTenant(api.db, 'forbidden-in-bulk');
  const { data, errors } = await api.ask(
    StartSyncsDocument,
    { input: { tenantIds: [tenant.id, newId('ten')] } },
    'viewer',
  );
  expect(data?.startSyncs[0]).toBeNull();
  expect(data?.startSyncs[1]).toMatchObject({ __typename: 'NotFound' });
  expect(errors).toMatchObject([{ path: ['startSyncs', 0], extensions: { code: 'FORBIDDEN' } }]);
});

import { readdir, readFile } from 'node:fs/promises';
import { Kind, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { schema } from '../../src/server/schema.ts';
import {
  ApproveChangeSetsDocument,
  RejectAndRevertChangeSetDocument,
  RejectChangeSetDocument,
  RestartAuthenticationDocument,
  WhoAmIDocument,
} from '../operations/graphql.ts';
import { type Api, startApi } from '../support/api.ts';
import { addRun, addTenant } from '../support/rows.ts';

const FOLDER = new URL('../../schema/operations/', import.meta.url);

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

test('Every file of schema/operations says what it is for and holds one operation that fits the schema', async () => {
  const files = await readdir(FOLDER);
  expect(files.length).toBeGreaterThan(15);
  for (const file of files) {
    const text = await readFile(new URL(file, FOLDER), 'utf8');
    expect([file, text.slice(0, 2)]).toEqual([file, '# ']);
    const document = parse(text);
    expect(document.definitions.map(({ kind }) => kind)).toEqual([Kind.OPERATION_DEFINITION]);
    expect([file, validate(schema, document)]).toEqual([file, []]);
  }
});

test('The viewer is told its name and roles', async () => {
  const { data } = await api.ask(WhoAmIDocument, {}, 'approver');
  expect(data?.viewer).toEqual({ actor: { kind: 'API_KEY', displayName: 'approver' }, roles: ['APPROVER'] });
});

test('Decisions on a change set that does not exist are refused one by one', async () => {
  const input = { changeSetId: newId('cs'), digest: 'd' };
  const rejected = await api.ask(RejectChangeSetDocument, { input }, 'approver');
  expect(rejected.data?.rejectChangeSet).toMatchObject({ __typename: 'NotFound' });
  const reverted = await api.ask(RejectAndRevertChangeSetDocument, { input }, 'approver');
  expect(reverted.data?.rejectAndRevertChangeSet).toMatchObject({ __typename: 'NotFound' });
  const items = [input, { ...input, changeSetId: 'x' }];
  const approved = await api.ask(ApproveChangeSetsDocument, { input: { items } }, 'approver');
  expect(approved.data?.approveChangeSets).toMatchObject([
    { __typename: 'NotFound' },
    { __typename: 'InvalidInput' },
  ]);
});

test('A run that waits for no sign-in gets no code', async () => {
  const run = await addRun(api.db, await addTenant(api.db, 'no-sign-in'));
  const { data } = await api.ask(RestartAuthenticationDocument, { input: { syncRunId: run.id } }, 'operator');
  expect(data?.restartAuthentication).toMatchObject({ __typename: 'ActionRefused', reason: 'WRONG_STATUS' });
});

/** The line is cut between a commit and its reply, many times: what comes back at last is what was done, once. */
import { count, eq } from 'drizzle-orm';
import { expect } from 'vitest';
import { apiKeys, auditLog, roleGrants } from '../../src/access/access.table.ts';
import { decisions } from '../../src/change-sets/change-sets.table.ts';
import { newId } from '../../src/lib/ids.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { type Api, startApi } from './api.ts';
import { startHttpProxy } from './http-proxy.ts';
import { addChangeSet, addRun, addTenant } from './rows.ts';

type Kind = {
  field: string;
  input: string;
  result: string;
  as: string;
  makeInput: (n: number) => Promise<object>;
};

const AT_A_TIME = 8;
const GUID = '0f9d2e3c-6a51-4f0a-8e21-';

export async function cutReplies(wanted: number): Promise<void> {
  await using api = await startApi();
  let cuts = 0;
  const cutOnce = new Set<string>();
  await using proxy = await startHttpProxy({
    target: () => api.url,
    onAnswer: ({ body }) => {
      if (cutOnce.has(body)) return;
      cutOnce.add(body);
      cuts += 1;
      return 'cut';
    },
  });
  const mutations = kinds(api);
  const answers = new Map<string, unknown[]>();
  const numbers = Array.from({ length: wanted }, (_, n) => n).values();
  const worker = async () => {
    for (const n of numbers) {
      const kind = mutations[n % mutations.length];
      if (!kind) throw new Error('There are no kinds of mutation.');
      const answer = await untilAnswered(`${proxy.url}/graphql`, kind, {
        ...(await kind.makeInput(n)),
        idempotencyKey: `cut-${n}`,
      });
      answers.set(kind.field, [...(answers.get(kind.field) ?? []), answer]);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  expect(cuts).toBe(wanted);
  const done = await effects(api);
  const of = (field: string) => answers.get(field) ?? [];
  const ids = (field: string) =>
    of(field)
      .flat()
      .map((answer) => (answer as { id: string }).id)
      .sort();
  expect(ids('startSync').concat(ids('startSyncs')).sort()).toEqual(done.started);
  expect(ids('cancelSync')).toEqual(done.canceled);
  expect(ids('rejectChangeSet')).toEqual(done.decided);
  expect(ids('grantRole')).toEqual(done.granted);
  expect(of('createApiKey')).toHaveLength(done.keys);
  // One act on record for each thing that was done, however often it was asked for.
  expect(done.acts).toBe(wanted + of('startSyncs').length * 2);
}

function kinds({ db }: Api): Kind[] {
  const waiting = async (n: number, facts: object) => addRun(db, await addTenant(db, `tenant-${n}`), facts);
  const approval = {
    approvalId: 'approval-1',
    required: 1,
    given: 0,
    missing: [],
    inOrder: false,
    expiresAt: null,
    selfApprovalAllowed: true,
  };
  return [
    {
      ...{ field: 'startSync', input: 'StartSyncInput', result: 'SyncRun { id }', as: 'operator' },
      makeInput: async (n) => ({ tenantId: (await addTenant(db, `tenant-${n}`)).id }),
    },
    {
      ...{ field: 'startSyncs', input: 'StartSyncsInput', result: 'SyncRun { id }', as: 'operator' },
      makeInput: async (n) => ({
        tenantIds: await Promise.all(
          [1, 2, 3].map(async (i) => (await addTenant(db, `tenant-${n}-${i}`)).id),
        ),
      }),
    },
    {
      ...{ field: 'cancelSync', input: 'CancelSyncInput', result: 'SyncRun { id }', as: 'operator' },
      makeInput: async (n) => ({ syncRunId: (await waiting(n, {})).id }),
    },
    {
      ...{
        field: 'rejectChangeSet',
        input: 'RejectChangeSetInput',
        result: 'Decision { id }',
        as: 'approver',
      },
      makeInput: async (n) => {
        const { id, digest } = await addChangeSet(
          db,
          await waiting(n, { status: 'PENDING_APPROVAL', approval }),
        );
        return { changeSetId: id, digest };
      },
    },
    {
      ...{ field: 'grantRole', input: 'GrantRoleInput', result: 'RoleGrant { id }', as: 'admin' },
      makeInput: (n) =>
        Promise.resolve({
          subject: `group/${GUID}000000000000/${GUID}${String(n).padStart(12, '0')}`,
          role: 'VIEWER',
        }),
    },
    {
      ...{ field: 'createApiKey', input: 'CreateApiKeyInput', result: 'NewApiKey { secret }', as: 'admin' },
      makeInput: (n) => Promise.resolve({ name: `key-${n}`, roles: ['VIEWER'], tenantIds: [newId('ten')] }),
    },
  ];
}

async function untilAnswered(
  url: string,
  { field, input: type, result, as }: Kind,
  input: object,
): Promise<unknown> {
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { __typename ... on ${result} ... on Refusal { message } } }`;
  const ask = () =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer test-${as}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
  await expect(ask()).rejects.toThrow();
  const said = (await (await ask()).json()) as { data: Record<string, unknown> };
  return said.data[field];
}

async function effects({ db }: Api) {
  const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id).sort();
  const [acts] = await db.select({ n: count() }).from(auditLog).where(eq(auditLog.outcome, 'DONE'));
  const grants = await db.select().from(roleGrants);
  return {
    started: idsOf(await db.select().from(syncRuns).where(eq(syncRuns.status, 'STARTING'))),
    canceled: idsOf(await db.select().from(syncRuns).where(eq(syncRuns.status, 'CANCELING'))),
    decided: idsOf(await db.select().from(decisions)),
    granted: idsOf(grants.filter(({ subject }) => subject.startsWith('group/'))),
    keys: (await db.select().from(apiKeys)).length,
    acts: acts?.n,
  };
}

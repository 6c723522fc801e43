/** Gates that want several people, in an order, by groups, or without this service. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../support/judge.ts';
import { get } from '../support/client.ts';
import { changeSetOf, decide, runOf, startSync, type TenantView, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const GROUP = { displayName: 'Tenant Approvers', isGroup: true };
const NAMES = ['minimum', 'one-no', 'in-turn', 'people-only', 'renamed'];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    tenants: NAMES,
    plan: { approvers: [GROUP, { displayName: 'Second Group', isGroup: true }], minRequired: 2 },
    settings: { DISCOVER_SECONDS: '1' },
  });
});
afterAll(() => stack[Symbol.asyncDispose]());

const azure = async <T>(path: string, method = 'GET', body?: unknown): Promise<T> => {
  const response = await fetch(`${stack.sandbox.azureDevOpsUrl}/contoso-group/Tenants/_apis/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(':token').toString('base64')}`,
      'content-type': 'application/json',
      accept: 'application/json;api-version=7.1-preview.1',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
};

type Check = { id: number; settings: { approvers: { id: string; displayName: string }[] } };
async function checkOf(name: string): Promise<Check> {
  const environments = await azure<{ value: { id: number; name: string }[] }>('distributedtask/environments');
  const id = environments.value.find((one) => one.name === name)?.id;
  const query = `resourceType=environment&resourceId=${id}&$expand=settings`;
  const [check] = (await azure<{ value: Check[] }>(`pipelines/checks/configurations?${query}`)).value;
  if (!check) throw new Error(`${name} has no gate.`);
  return check;
}

/** As an administrator of the project would. */
async function changeGate(name: string, settings: object): Promise<void> {
  const { id } = await checkOf(name);
  await azure(`pipelines/checks/configurations/${id}`, 'PATCH', { settings });
}

async function untilReview(name: string): Promise<TenantView> {
  await stack.desireChange(name);
  const tenant = await untilTenant(stack.place, name, 'is there', () => true);
  await startSync(stack.place, tenant.id);
  return untilTenant(
    stack.place,
    name,
    'can be decided',
    (one) => one.status === 'PENDING_APPROVAL' && !!one.latestRun?.changeSet,
  );
}

const untilEnded = (name: string, outcome: string) =>
  untilTenant(stack.place, name, `is ${outcome}`, (one) => one.latestRun?.outcome === outcome);

type Gate = { required: number; given: number; order: string; missing: { displayName: string }[] };
const gateOf = async (tenant: TenantView): Promise<Gate> => {
  const query = `query ($id: ID!) { syncRun(id: $id) { approval { required given order missing { displayName } } } }`;
  const variables = { id: runOf(tenant).id };
  return (await get<{ syncRun: { approval: Gate } }>(stack.place.url, query, { variables })).syncRun.approval;
};

const approve = (tenant: TenantView, as: 'approver' | 'admin') =>
  decide(stack.place, 'approveChangeSet', changeSetOf(tenant), { as });
const inPortal = (name: string, by: string) => stack.decideInPortal(name, 'approved', by, '');

describe('a gate for two', () => {
  it('counts persons, one person once, and is answered once when they are enough', async () => {
    const waiting = await untilReview('minimum');
    const first = await approve(waiting, 'approver');
    expect(await approve(waiting, 'approver')).toMatchObject({ __typename: 'Decision', id: first.id });
    expect(await gateOf(waiting)).toMatchObject({ required: 2, given: 1 });
    expect(stack.answersToGates('minimum')).toEqual([]);
    const second = await approve(waiting, 'admin');
    expect(second.id).not.toBe(first.id);
    const done = await untilEnded('minimum', 'SUCCEEDED');
    expect(runOf(done).decisions.map(({ state, verdict }) => ({ state, verdict }))).toEqual(
      Array(2).fill({ state: 'SETTLED', verdict: 'APPROVE' }),
    );
    expect(stack.answersToGates('minimum')).toHaveLength(1);
  });

  it('ends with the first rejection, whoever approved before', async () => {
    const waiting = await untilReview('one-no');
    await approve(waiting, 'approver');
    const no = await decide(stack.place, 'rejectChangeSet', changeSetOf(waiting), { as: 'admin' });
    expect(no).toMatchObject({ __typename: 'Decision', verdict: 'REJECT' });
    await untilEnded('one-no', 'REJECTED');
    expect(stack.answersToGates('one-no').map(({ details }) => details.verdict)).toEqual(['rejected']);
  });
});

describe('a gate in an order', () => {
  it('takes its people one after the other, a member for each group, and shows who is missing', async () => {
    const { approvers } = (await checkOf('in-turn')).settings;
    const last = { id: 'b7b1f0a0-0000-4000-8000-000000000001', displayName: 'Lidia Holloway' };
    await changeGate('in-turn', {
      approvers: [approvers[0], last],
      executionOrder: 'inSequence',
      minRequiredApprovers: 2,
    });
    const waiting = await untilReview('in-turn');
    expect(await gateOf(waiting)).toEqual({
      ...{ required: 2, given: 0, order: 'IN_SEQUENCE' },
      missing: [{ displayName: 'Tenant Approvers' }, { displayName: 'Lidia Holloway' }],
    });
    await inPortal('in-turn', 'Megan Bowen');
    const half = await waitFor('the first answer', async () => {
      const gate = await gateOf(waiting);
      return gate.missing.length === 1 ? gate : null;
    });
    expect(half).toMatchObject({ given: 1, missing: [{ displayName: 'Lidia Holloway' }] });
    await expect(inPortal('in-turn', 'Megan Bowen')).rejects.toThrow('already answered');
    await expect(inPortal('in-turn', 'Alex Wilber')).rejects.toThrow('permissions');
    await decide(stack.place, 'rejectChangeSet', changeSetOf(waiting));
    const ended = await untilEnded('in-turn', 'REJECTED');
    expect(runOf(ended).decisions.map(({ via, verdict }) => [via, verdict])).toEqual([
      ['PORTAL', 'APPROVE'],
      ['API', 'REJECT'],
    ]);
  });
});

describe('a gate that does not list the service', () => {
  it('cannot be decided here without a token of Azure DevOps, and says so before anybody tries', async () => {
    const ada = { id: 'b7b1f0a0-0000-4000-8000-000000000002', displayName: 'Ada Approver' };
    await changeGate('people-only', { approvers: [ada], minRequiredApprovers: 1 });
    const waiting = await untilReview('people-only');
    await untilTenant(stack.place, 'people-only', 'says that it cannot be approved', (one) =>
      one.actions.some(({ action, reason }) => action === 'APPROVE' && reason === 'NOT_AN_APPROVER'),
    );
    expect(await approve(waiting, 'admin')).toMatchObject({
      __typename: 'ActionRefused',
      reason: 'NOT_AN_APPROVER',
    });
    expect(stack.answersToGates('people-only')).toEqual([]);
    await stack.sandbox.control.cancel(openBuild('people-only'), 'Megan Bowen');
    await untilEnded('people-only', 'CANCELED');
  });
});

const openBuild = (name: string) =>
  stack.sandbox.world.runs().find((run) => run.repository === name && run.phase !== 'FINISHED')?.buildId ?? 0;

it('a tenant whose repository was renamed is synced as before', async () => {
  const before = await untilTenant(stack.place, 'renamed', 'is there', () => true);
  stack.sandbox.control.rename('renamed', { repository: 'renamed-since' });
  const after = await untilTenant(stack.place, 'renamed-since', 'is found', () => true);
  expect(after.id).toBe(before.id);
  await startSync(stack.place, after.id);
  await untilEnded('renamed-since', 'SUCCEEDED');
});

it('each of these runs is told as it really ended', async () => {
  const problems = await judge(stack);
  // The gate in an order had two answers: each of them was wanted.
  expect(problems.filter((problem) => !/^The gate .* was answered 2 times\.$/.test(problem))).toEqual([]);
});

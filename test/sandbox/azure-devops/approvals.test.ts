import { expect, test } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';
import { ask, openTestWorld, personToken, serviceToken, startRun, tokenOf, type TestWorld } from './world.ts';

const APPROVALS = 'Tenants/_apis/pipelines/approvals';

type Approval = {
  id: string;
  status: string;
  minRequiredApprovers: number;
  pipeline: { owner: { id: number } };
  steps: { status: string; comment?: string; actualApprover?: { displayName: string } }[];
};

async function atGate(sandbox: TestWorld): Promise<Approval> {
  await waitFor('the gate', () => sandbox.world.runs()[0]?.phase === 'WAITING_AT_GATE');
  const { body } = await ask(sandbox, { path: `${APPROVALS}?state=pending&$expand=steps&top=200` });
  const [approval] = (body as { value: Approval[] }).value;
  if (!approval) throw new Error('No approval is pending.');
  return approval;
}

const decide = (sandbox: TestWorld, approvalId: string, status: string, token: string) =>
  ask(sandbox, {
    method: 'PATCH',
    path: APPROVALS,
    body: [{ approvalId, status, comment: `${status} it` }],
    token,
  });

const isOver = (sandbox: TestWorld) => waitFor('the end', () => sandbox.world.runs()[0]?.result);

test('an approval names its run, and a listed person who approves it is recorded and lets the run go on', async () => {
  await using sandbox = await openTestWorld();
  const id = await startRun(sandbox);
  const approval = await atGate(sandbox);
  expect(Number(approval.pipeline.owner.id)).toBe(id);
  const answer = await decide(sandbox, approval.id, 'approved', personToken('Grace Guard'));
  expect(answer.status).toBe(200);
  const [decided] = (answer.body as { value: Approval[] }).value;
  expect(decided?.status).toBe('approved');
  expect(decided?.steps).toMatchObject([
    { status: 'skipped' },
    { status: 'approved', comment: 'approved it', actualApprover: { displayName: 'Grace Guard' } },
  ]);
  expect(await isOver(sandbox)).toBe('succeeded');
});

test('a person who is not listed may not decide, and a decision cannot be changed', async () => {
  await using sandbox = await openTestWorld();
  await startRun(sandbox);
  const { id } = await atGate(sandbox);
  expect((await decide(sandbox, id, 'approved', personToken('Nobody'))).status).toBe(403);
  expect((await decide(sandbox, id, 'rejected', personToken('Ada Approver'))).status).toBe(200);
  const again = await decide(sandbox, id, 'approved', personToken('Grace Guard'));
  expect(again.status).toBe(400);
  expect(again.body['typeKey']).toBe('ApprovalAlreadyCompletedException');
  expect(await isOver(sandbox)).toBe('failed');
});

test('a gate for two stays pending until the second person', async () => {
  await using sandbox = await openTestWorld({ blueprint: { minRequired: 2 } });
  await startRun(sandbox);
  const { id } = await atGate(sandbox);
  const half = await decide(sandbox, id, 'approved', personToken('Ada Approver'));
  expect((half.body as { value: Approval[] }).value[0]?.status).toBe('pending');
  expect((await decide(sandbox, id, 'approved', personToken('Ada Approver'))).status).toBe(400);
  const whole = await decide(sandbox, id, 'approved', personToken('Grace Guard'));
  expect((whole.body as { value: Approval[] }).value[0]?.status).toBe('approved');
  expect(await isOver(sandbox)).toBe('succeeded');
});

test('the service principal of the API answers for all; any person counts as a member of a listed group', async () => {
  await using sandbox = await openTestWorld({
    blueprint: {
      minRequired: 2,
      approvers: [
        { displayName: 'Approvers', isGroup: true },
        { displayName: 'Ada', isGroup: false },
      ],
    },
  });
  await startRun(sandbox);
  const first = await atGate(sandbox);
  await decide(sandbox, first.id, 'approved', personToken('Somebody Else'));
  const answer = await decide(sandbox, first.id, 'approved', serviceToken);
  const [approval] = (answer.body as { value: Approval[] }).value;
  expect(approval?.status).toBe('approved');
  expect(approval?.steps.map(({ actualApprover }) => actualApprover?.displayName)).toEqual([
    'Somebody Else',
    'Sync API',
  ]);
});

test('a gate that nobody answers in time skips the deployment', async () => {
  await using sandbox = await openTestWorld({ timeScale: 10_000 });
  const check = await ask(sandbox, {
    path: 'Tenants/_apis/pipelines/checks/configurations?resourceType=environment&resourceId=1&$expand=settings',
  });
  const [configuration] = (check.body as { value: { id: number; settings: unknown; timeout: number }[] })
    .value;
  expect(configuration?.timeout).toBe(43_200);
  const body = { settings: configuration?.settings, timeout: 60 };
  await ask(sandbox, { method: 'PATCH', path: `Tenants/_apis/pipelines/checks/configurations/1`, body });
  await startRun(sandbox);
  expect(await isOver(sandbox)).toBe('succeeded');
  const { body: all } = await ask(sandbox, { path: APPROVALS });
  expect((all as { value: Approval[] }).value[0]?.status).toBe('timedOut');
  expect(sandbox.world.ledger().at(-2)?.details).toMatchObject({ stage: 'Deploy', result: 'skipped' });
});

test('without a gate the deployment goes straight on; an environment that the pipeline may not use holds it', async () => {
  await using sandbox = await openTestWorld({ blueprint: { hasGate: false } });
  await startRun(sandbox);
  expect(await isOver(sandbox)).toBe('succeeded');
  const permission = (authorized: boolean) =>
    ask(sandbox, {
      method: 'PATCH',
      path: 'Tenants/_apis/pipelines/pipelinePermissions/environment/1',
      body: { pipelines: [{ id: 1, authorized }] },
    });
  await permission(false);
  const id = await startRun(sandbox);
  await waitFor('the gate', () => sandbox.world.runs()[0]?.phase === 'WAITING_AT_GATE');
  const { body } = await ask(sandbox, { path: `Tenants/_apis/build/builds/${id}/timeline` });
  const { records } = body as { records: { type: string; state: string }[] };
  expect(records.find(({ type }) => type === 'Checkpoint.Authorization')?.state).toBe('inProgress');
  await permission(true);
  expect(await isOver(sandbox)).toBe('succeeded');
});

test('a request without credentials gets a page, and one with an expired token is refused', async () => {
  await using sandbox = await openTestWorld();
  const anonymous = await fetch(`${sandbox.organizationUrl}/_apis/projects`);
  expect([anonymous.status, anonymous.headers.get('content-type')]).toEqual([
    203,
    'text/html; charset=utf-8',
  ]);
  const expired = await ask(sandbox, { path: '_apis/projects', token: tokenOf({ exp: 1, name: 'Ada' }) });
  expect(expired.status).toBe(401);
  const basic = { Authorization: `Basic ${Buffer.from(':a-personal-access-token').toString('base64')}` };
  expect((await ask(sandbox, { path: '_apis/projects', headers: basic })).status).toBe(200);
});

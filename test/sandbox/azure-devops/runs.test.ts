import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ask, granting, KEY, openTestWorld, simpleStages, startRun, type TestWorld } from './world.ts';

const BUILDS = 'Tenants/_apis/build/builds';

type Build = {
  id: number;
  status: string;
  result?: string;
  lastChangedDate: string;
  lastChangedBy: { displayName: string };
};
type Record = {
  type: string;
  identifier: string;
  state: string;
  result: string | null;
  attempt: number;
  issues: { message: string; data: { code?: string } }[] | null;
  previousAttempts: { attempt: number; timelineId: string; recordId: string }[];
};

const readBuild = async (sandbox: TestWorld, id: number) =>
  (await ask(sandbox, { path: `${BUILDS}/${id}` })).body as unknown as Build;
const readRecords = async (sandbox: TestWorld, path: string) =>
  ((await ask(sandbox, { path })).body as { records: Record[] }).records;
const isOver = (sandbox: TestWorld) => waitFor('the end', () => sandbox.world.runs()[0]?.result);
const phaseIs = (sandbox: TestWorld, phase: string) =>
  waitFor(`phase ${phase}`, () => sandbox.world.runs()[0]?.phase === phase);

test('a canceled run is cancelling until its agent has stopped, and then canceled', async () => {
  await using sandbox = await openTestWorld();
  sandbox.world.setBehaviour(KEY, { slowStage: { stage: 'BACKUP', ms: 10_000_000 } });
  const id = await startRun(sandbox);
  await waitFor('the backup', () =>
    sandbox.world
      .ledger()
      .some(({ kind, details }) => kind === 'stageStarted' && details['stage'] === 'Backup'),
  );
  const before = await readBuild(sandbox, id);
  const answer = await ask(sandbox, { method: 'PATCH', path: `${BUILDS}/${id}`, body: { status: 4 } });
  expect([answer.status, answer.body['status']]).toEqual([200, 'cancelling']);
  expect(await isOver(sandbox)).toBe('canceled');
  const after = await readBuild(sandbox, id);
  expect(after).toMatchObject({
    status: 'completed',
    result: 'canceled',
    lastChangedBy: { displayName: 'Sync API' },
  });
  expect(Date.parse(after.lastChangedDate)).toBeGreaterThan(Date.parse(before.lastChangedDate));
  const stages = (await readRecords(sandbox, `${BUILDS}/${id}/timeline`)).filter(
    ({ type }) => type === 'Stage',
  );
  expect(stages.map(({ result }) => result)).toEqual(['succeeded', 'canceled', 'skipped', 'skipped']);
});

test('a run can be canceled in the queue, and at its gate', async () => {
  await using sandbox = await openTestWorld();
  sandbox.world.setBehaviour(KEY, { queueMs: 10_000_000 });
  const queued = await startRun(sandbox);
  await sandbox.world.cancel(queued, 'Ada Approver');
  expect(await isOver(sandbox)).toBe('canceled');
  sandbox.world.setBehaviour(KEY, {});
  const waiting = await startRun(sandbox);
  await phaseIs(sandbox, 'WAITING_AT_GATE');
  await sandbox.world.cancel(waiting, 'Ada Approver');
  expect(await isOver(sandbox)).toBe('canceled');
  const approvals = await ask(sandbox, { path: 'Tenants/_apis/pipelines/approvals' });
  expect((approvals.body as { value: { status: string }[] }).value.map(({ status }) => status)).toEqual([
    'canceled',
  ]);
});

test('a failed stage leaves its own error before a generic one, and a retry runs it again as another attempt', async () => {
  await using sandbox = await openTestWorld({ blueprint: { hasGate: false } });
  sandbox.world.setBehaviour(KEY, {
    failStage: { stage: 'PREVIEW', message: 'The policy is broken.\nLine 7', code: 'BROKEN' },
  });
  const id = await startRun(sandbox);
  expect(await isOver(sandbox)).toBe('failed');
  const failed = await readRecords(sandbox, `${BUILDS}/${id}/timeline`);
  const issues = failed.flatMap((record) => record.issues ?? []);
  expect(issues.map(({ message, data }) => [message, data.code])).toEqual([
    ['The policy is broken.', 'BROKEN'],
    ['Script failed with exit code: 1', undefined],
  ]);
  const { body: attached } = await ask(sandbox, { path: `${BUILDS}/${id}/attachments/tenant-sync.error` });
  const [attachment] = (attached as { value: { _links: { self: { href: string } } }[] }).value;
  const href = attachment?._links.self.href.replace(/^.*_apis/, 'Tenants/_apis') ?? '';
  expect((await ask(sandbox, { path: href })).body).toMatchObject({
    code: 'BROKEN',
    message: 'The policy is broken.\nLine 7',
  });

  sandbox.world.setBehaviour(KEY, {});
  expect(
    (await ask(sandbox, { method: 'PATCH', path: `${BUILDS}/${id}?retry=true`, body: {} })).body['status'],
  ).toBe('inProgress');
  expect(await isOver(sandbox)).toBe('succeeded');
  const preview = (await readRecords(sandbox, `${BUILDS}/${id}/timeline`)).find(
    ({ type, identifier }) => type === 'Stage' && identifier === 'Preview',
  );
  expect(preview).toMatchObject({ attempt: 2, result: 'succeeded', previousAttempts: [{ attempt: 1 }] });
  const past = await readRecords(
    sandbox,
    `${BUILDS}/${id}/timeline/${preview?.previousAttempts[0]?.timelineId}`,
  );
  expect(past.find(({ type, identifier }) => type === 'Stage' && identifier === 'Preview')).toMatchObject({
    attempt: 1,
    result: 'failed',
  });
});

test('mode and preview decide which stages run; an unknown mode is refused', async () => {
  await using sandbox = await openTestWorld();
  const resultsOf = async (id: number) =>
    (await readRecords(sandbox, `${BUILDS}/${id}/timeline`))
      .filter(({ type }) => type === 'Stage')
      .map(({ result }) => result);
  const backup = await startRun(sandbox, 'backup');
  expect(await isOver(sandbox)).toBe('succeeded');
  expect(await resultsOf(backup)).toEqual(['succeeded', 'succeeded', 'skipped', 'skipped']);
  const preview = await startRun(sandbox, 'preview');
  expect(await isOver(sandbox)).toBe('succeeded');
  expect(await resultsOf(preview)).toEqual(['succeeded', 'succeeded', 'succeeded', 'skipped']);
  await expect(startRun(sandbox, 'everything')).rejects.toThrow(/not a valid value/);
});

test('a scheduled run says so', async () => {
  await using sandbox = await openTestWorld({ blueprint: { backupOnly: true } });
  await sandbox.world.runSchedule(KEY);
  expect(sandbox.world.runs(KEY)).toMatchObject([{ reason: 'schedule', mode: 'FULL', phase: 'QUEUED' }]);
  expect(await isOver(sandbox)).toBe('succeeded');
  const { body } = await ask(sandbox, { path: `${BUILDS}?reasonFilter=schedule` });
  expect(body['count']).toBe(1);
});

test('a job waits while somebody has to sign in, and its OIDC token proves the service connection', async () => {
  await using sandbox = await openTestWorld({ blueprint: { hasGate: false } });
  const pending = { status: 202, body: { retryAfterSeconds: 1, windowEndsAt: '2100-01-01T00:00:00Z' } };
  let isSignedIn = false;
  sandbox.answerCredentials((times) => (isSignedIn ? granting(times) : pending));
  await startRun(sandbox);
  await phaseIs(sandbox, 'WAITING_FOR_SIGN_IN');
  const issuer = sandbox.organizationUrl.replace('/contoso', '/_oidc/contoso');
  const metadata = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as {
    issuer: string;
    jwks_uri: string;
  };
  expect(metadata.issuer).toBe(issuer);
  const { payload } = await jwtVerify(
    sandbox.jobTokens[0] ?? '',
    createRemoteJWKSet(new URL(metadata.jwks_uri)),
    {
      issuer,
      audience: 'api://AzureADTokenExchange',
    },
  );
  expect(payload.sub).toBe('sc://contoso/Tenants/contoso-eu-sync');
  expect(payload['run_id']).toBe(String(sandbox.world.runs()[0]?.buildId));
  isSignedIn = true;
  expect(await isOver(sandbox)).toBe('succeeded');
});

test('nobody but a running job gets an OIDC token', async () => {
  await using sandbox = await openTestWorld();
  const plan = 'Tenants/_apis/distributedtask/hubs/build/plans/00000000-0000-4000-8000-000000000000';
  const path = `${plan}/jobs/00000000-0000-4000-8000-000000000000/oidctoken`;
  expect((await ask(sandbox, { method: 'POST', path, body: {} })).status).toBe(403);
});

test('a sign-in window that closed ends the run with the code for it', async () => {
  await using sandbox = await openTestWorld();
  sandbox.answerCredentials(() => ({
    status: 410,
    body: { code: 'AUTHENTICATION_EXPIRED', message: 'Nobody signed in.' },
  }));
  const id = await startRun(sandbox);
  expect(await isOver(sandbox)).toBe('failed');
  const records = await readRecords(sandbox, `${BUILDS}/${id}/timeline`);
  expect(records.flatMap(({ issues }) => issues ?? [])[0]).toMatchObject({
    message: 'Nobody signed in.',
    data: { code: 'AUTHENTICATION_EXPIRED' },
  });
});

test('lists of builds are paged by a token that belongs to their order, and filtered by number or word', async () => {
  await using sandbox = await openTestWorld({ blueprint: { hasGate: false } });
  const ids: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.push(await startRun(sandbox, 'backup'));
    await isOver(sandbox);
  }
  const order = 'queryOrder=finishTimeAscending&statusFilter=completed';
  const page = async (query: string) => {
    const { body, headers } = await ask(sandbox, { path: `${BUILDS}?${query}` });
    return {
      ids: (body as { value: Build[] }).value.map(({ id }) => id),
      token: headers.get('x-ms-continuationtoken') ?? '',
    };
  };
  const first = await page(`${order}&$top=2`);
  expect(first.ids).toEqual(ids.slice(0, 2));
  const second = await page(`${order}&$top=2&continuationToken=${first.token}`);
  expect(second.ids).toEqual(ids.slice(2, 4));
  const last = await page(`queryOrder=2&statusFilter=2&$top=2&continuationToken=${second.token}`);
  expect(last).toEqual({ ids: ids.slice(4), token: '' });
  expect((await page(`queryOrder=queueTimeAscending&$top=2&continuationToken=${first.token}`)).ids).toEqual(
    ids.slice(0, 2),
  );
  expect((await page('maxBuildsPerDefinition=1&queryOrder=queueTimeDescending')).ids).toEqual(ids.slice(4));
  expect((await page(`buildIds=${ids[1]},${ids[3]}&queryOrder=queueTimeAscending`)).ids).toEqual([
    ids[1],
    ids[3],
  ]);
  expect((await page('resultFilter=failed')).ids).toEqual([]);
});

test('all logs come as one zip, one log as text', async () => {
  await using sandbox = await openTestWorld();
  const id = await startRun(sandbox, 'backup');
  await isOver(sandbox);
  const zip = await ask(sandbox, { path: `${BUILDS}/${id}/logs`, headers: { Accept: 'application/zip' } });
  expect(zip.headers.get('content-type')).toBe('application/zip');
  expect(zip.text.startsWith('PK')).toBe(true);
  expect(zip.text).toContain('Backup/');
  const log = await ask(sandbox, { path: `${BUILDS}/${id}/logs/2`, headers: { Accept: 'text/plain' } });
  expect(log.text).toContain('##[section]Starting: Initialize job');
});

test('a run that was open when the sandbox stopped goes on at its stage when it starts again', async () => {
  let previews = 0;
  const stages = async (stage: Parameters<typeof simpleStages>[0], context: StageContext) => {
    if (stage === 'PREVIEW') previews += 1;
    return simpleStages(stage, context);
  };
  await using kept = await openTestWorld({ runStage: stages });
  const id = await startRun(kept);
  await phaseIs(kept, 'WAITING_AT_GATE');
  await kept.world.stop();
  await using again = await openTestWorld({ runStage: stages, dataFolder: kept.dataFolder });
  await phaseIs(again, 'WAITING_AT_GATE');
  expect(again.world.runs()).toMatchObject([{ buildId: id, phase: 'WAITING_AT_GATE' }]);
  await again.world.decideInPortal(id, 'approved', 'Ada Approver', '');
  expect(await isOver(again)).toBe('succeeded');
  expect(previews).toBe(1);
  const kinds = again.world.ledger().map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'gateOpened')).toHaveLength(1);
  expect(kinds.at(-1)).toBe('finished');
});

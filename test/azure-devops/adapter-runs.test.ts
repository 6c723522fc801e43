import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { KEY } from '../sandbox/azure-devops/world.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  CHANGE_SET,
  ERROR,
  isAtGate,
  isOver,
  openAdapter,
  PROJECT,
  RESULTS,
  runUntil,
  startSync,
} from './adapter-fixture.ts';

const asService = { asPerson: null };

describe('a project is discovered', () => {
  it('with its tenants, their gates, files and schedules', async () => {
    await using adapter = await openAdapter({ blueprint: { baseline: 'gold', minRequired: 2 } });
    const [tenant, ...others] = await adapter.azure.discoverTenants(PROJECT);
    expect(others).toEqual([]);
    expect(tenant).toMatchObject({
      name: 'contoso-eu',
      pipelineId: 1,
      environmentId: 1,
      repositoryUrl: `${adapter.sandbox.organizationUrl}/Tenants/_git/contoso-eu`,
      file: {
        displayName: 'Contoso Europe',
        domain: 'contosoeu.onmicrosoft.com',
        directoryId: '11111111-1111-4111-8111-111111111111',
        authentication: 'delegated',
      },
      baselineRepository: 'gold',
      schedules: ['0 2 * * *'],
      gate: {
        approvers: [
          { displayName: 'Ada Approver', isGroup: false },
          { displayName: 'Grace Guard', isGroup: false },
        ],
        minRequired: 2,
        order: 'ANY',
        timeoutMinutes: 43_200,
      },
    });
    expect(tenant?.projectId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('with a tenant that has no gate', async () => {
    await using adapter = await openAdapter({ blueprint: { hasGate: false } });
    expect((await adapter.azure.discoverTenants(PROJECT))[0]?.gate).toBeNull();
  });

  it('only when it is configured and there', async () => {
    await using adapter = await openAdapter();
    const unknown = { organization: 'contoso', project: 'Elsewhere' };
    await expect(adapter.azure.discoverTenants(unknown)).rejects.toThrow(
      'contoso/Elsewhere is not configured',
    );
  });
});

describe('a sync', () => {
  it('is started, waits at its gate, is approved and ends, and hands everything over', async () => {
    await using adapter = await openAdapter();
    const { azure } = adapter;
    const queued = await startSync(adapter);
    expect(queued).toMatchObject({ trigger: 'MANUAL', mode: 'FULL', comment: 'because', pipelineId: 1 });

    const waiting = await runUntil(adapter, queued.buildId, isAtGate);
    expect(waiting).toMatchObject({
      phase: 'RUNNING',
      syncRequestId: queued.syncRequestId,
      attempt: 1,
      needsAuthorization: false,
      webUrl: expect.stringMatching(/_build\/results\?buildId=\d+$/) as string,
    });
    expect(waiting.stages.map(({ stage, state }) => [stage, state])).toEqual([
      ['AUTHENTICATE', 'SUCCEEDED'],
      ['BACKUP', 'SUCCEEDED'],
      ['PREVIEW', 'SUCCEEDED'],
      ['DEPLOY', 'WAITING'],
    ]);
    const [gate] = waiting.approvals;
    expect(gate).toMatchObject({ buildId: queued.buildId, status: 'PENDING', minRequired: 1 });
    expect(await azure.readChangeSet(PROJECT, queued.buildId)).toEqual(CHANGE_SET);
    expect(await azure.readResults(PROJECT, queued.buildId)).toBeNull();

    const look = await azure.lookAtProject(PROJECT, null);
    expect(look.active.map(({ buildId }) => buildId)).toEqual([queued.buildId]);
    expect(look.pendingApprovals).toEqual([gate]);

    const approvalId = gate?.approvalId ?? '';
    const decided = await azure.answerGate(PROJECT, {
      ...asService,
      approvalId,
      verdict: 'APPROVED',
      comment: 'Ada: fine',
    });
    expect(decided).toMatchObject({ status: 'APPROVED', buildId: queued.buildId });
    expect(decided.steps.find(({ status }) => status === 'APPROVED')).toMatchObject({ comment: 'Ada: fine' });
    expect(await azure.readApproval(PROJECT, approvalId)).toMatchObject({ status: 'APPROVED' });
    await expect(
      azure.answerGate(PROJECT, { ...asService, approvalId, verdict: 'REJECTED', comment: '' }),
    ).rejects.toMatchObject({
      isRetryable: false,
    });

    const over = await runUntil(adapter, queued.buildId, isOver);
    expect(over).toMatchObject({ result: 'SUCCEEDED', jobUrl: null, issues: [] });
    expect(await azure.readResults(PROJECT, queued.buildId)).toEqual(RESULTS);
    expect(await azure.readError(PROJECT, queued.buildId)).toEqual(ERROR);
    const later = await azure.lookAtProject(PROJECT, look.watermark);
    expect(later.finished.map(({ buildId }) => buildId)).toEqual([queued.buildId]);
    expect(later.watermark).toBe(new Date(later.finished[0]?.finishedAt ?? '').toISOString());
  });

  it('is found again by its request id', async () => {
    await using adapter = await openAdapter();
    const queued = await startSync(adapter);
    const found = await adapter.azure.findSync(PROJECT, 1, queued.syncRequestId ?? '');
    expect(found?.buildId).toBe(queued.buildId);
    expect(await adapter.azure.findSync(PROJECT, 1, 'run_of_nobody')).toBeNull();
  });

  it('is cancelled', async () => {
    await using adapter = await openAdapter();
    adapter.sandbox.world.setBehaviour(KEY, { slowStage: { stage: 'BACKUP', ms: 100_000_000 } });
    const { buildId } = await startSync(adapter);
    await runUntil(adapter, buildId, ({ stages }) => stages.some(({ state }) => state === 'RUNNING'));
    await adapter.azure.cancelRun(PROJECT, buildId);
    const over = await runUntil(adapter, buildId, isOver);
    expect(over).toMatchObject({
      result: 'CANCELED',
      canceledBy: { displayName: 'Sync API' },
      hitTimeLimit: false,
    });
  });

  it('is rejected in the portal, which the approval says', async () => {
    await using adapter = await openAdapter();
    const { buildId } = await startSync(adapter);
    await runUntil(adapter, buildId, isAtGate);
    await adapter.sandbox.world.decideInPortal(buildId, 'rejected', 'Grace Guard', 'not today');
    const over = await runUntil(adapter, buildId, isOver);
    expect(over.approvals).toMatchObject([{ status: 'REJECTED' }]);
    expect(over.approvals[0]?.steps.find(({ status }) => status === 'REJECTED')).toMatchObject({
      actualApprover: { displayName: 'Grace Guard' },
      comment: 'not today',
    });
  });

  it("fails with the pipeline's own words, and the step's address", async () => {
    await using adapter = await openAdapter();
    const failStage = {
      stage: 'BACKUP' as const,
      message: 'The tenant is away.',
      code: 'TENANT_UNAVAILABLE',
    };
    adapter.sandbox.world.setBehaviour(KEY, { failStage });
    const { buildId } = await startSync(adapter);
    const over = await runUntil(adapter, buildId, isOver);
    expect(over.result).toBe('FAILED');
    expect(over.issues[0]).toEqual({
      stage: 'BACKUP',
      code: 'TENANT_UNAVAILABLE',
      message: 'The tenant is away.',
    });
    expect(over.jobUrl).toMatch(/&view=logs&j=[0-9a-f-]{36}&t=[0-9a-f-]{36}$/);
  });

  it('is started by its schedule', async () => {
    await using adapter = await openAdapter();
    const buildId = await adapter.sandbox.world.runSchedule(KEY);
    const run = await adapter.azure.readRun(PROJECT, buildId);
    expect(run).toMatchObject({ trigger: 'SCHEDULED', syncRequestId: null, comment: null, mode: 'FULL' });
  });

  it('that Azure does not know is nothing', async () => {
    await using adapter = await openAdapter();
    const { azure } = adapter;
    expect(await azure.readRun(PROJECT, 4711)).toBeNull();
    expect(await azure.readChangeSet(PROJECT, 4711)).toBeNull();
    expect(await azure.readApproval(PROJECT, '00000000-0000-4000-8000-000000000000')).toBeNull();
    expect(await azure.listArtifacts(PROJECT, 4711)).toEqual([]);
    await expect(azure.cancelRun(PROJECT, 4711)).rejects.toMatchObject({
      statusCode: 404,
      isRetryable: false,
    });
    await expect(azure.downloadLogs(PROJECT, 4711)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('has logs and artifacts as zip files', async () => {
    await using adapter = await openAdapter();
    const { azure } = adapter;
    const { buildId } = await startSync(adapter);
    await runUntil(adapter, buildId, isAtGate);
    expect(await azure.listArtifacts(PROJECT, buildId)).toEqual([
      { name: 'report', kind: 'PipelineArtifact' },
    ]);
    const logs = await azure.downloadLogs(PROJECT, buildId);
    expect(logs).toMatchObject({ name: `logs-${buildId}.zip`, contentType: 'application/zip' });
    expect((await buffer(logs.body)).subarray(0, 2).toString()).toBe('PK');
    const artifact = await azure.downloadArtifact(PROJECT, buildId, 'report');
    expect(artifact.name).toBe('report.zip');
    expect((await buffer(artifact.body)).toString('latin1')).toContain('report/report.txt');
    await expect(azure.downloadArtifact(PROJECT, buildId, 'none')).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('a look at a project', () => {
  it('starts its watermark at the clock of the server, and moves it with what ended', async () => {
    await using adapter = await openAdapter();
    const { azure } = adapter;
    const first = await azure.lookAtProject(PROJECT, null);
    expect(first).toMatchObject({ active: [], finished: [], pendingApprovals: [] });
    const again = await azure.lookAtProject(PROJECT, first.watermark);
    expect(again.watermark).toBe(first.watermark);
    adapter.sandbox.world.setBehaviour(KEY, { failStage: { stage: 'AUTHENTICATE', message: 'no' } });
    const { buildId } = await startSync(adapter);
    const look = await waitFor('the end', async () => {
      const seen = await azure.lookAtProject(PROJECT, first.watermark);
      return seen.finished.length > 0 ? seen : null;
    });
    expect(look.finished[0]).toMatchObject({ buildId, phase: 'FINISHED', result: 'FAILED' });
    expect(Date.parse(look.watermark)).toBeGreaterThanOrEqual(Date.parse(first.watermark));
  });
});

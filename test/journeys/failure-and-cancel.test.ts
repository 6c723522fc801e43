import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelSync, runOf, startSync, untilStatus, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['broken', 'queued', 'running', 'scheduled', 'busy'] });
});
afterAll(() => stack[Symbol.asyncDispose]());

describe('a stage that fails', () => {
  it("shows the pipeline's own best message, the job's address and the logs", async () => {
    stack.behave('broken', {
      failStage: {
        stage: 'BACKUP',
        code: 'GRAPH_UNAVAILABLE',
        message: 'Microsoft Graph answered 503.\nRetry later.',
      },
    });
    const tenant = await untilStatus(stack.place, 'broken', 'NOT_RUN');
    await startSync(stack.place, tenant.id);
    const failed = await untilStatus(stack.place, 'broken', 'NEW_ERROR');
    expect(runOf(failed)).toMatchObject({
      outcome: 'FAILED',
      error: {
        code: 'GRAPH_UNAVAILABLE',
        message: 'Microsoft Graph answered 503.\nRetry later.',
        stage: 'BACKUP',
        isPartial: false,
      },
    });
    expect(runOf(failed).error?.jobUrl).toContain('&j=');

    const logs = await fetch(runOf(failed).logsUrl ?? '');
    expect(logs.status).toBe(200);
    expect(logs.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(
      Buffer.from(await logs.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
    const [withoutTicket = ''] = (runOf(failed).logsUrl ?? '').split('?');
    expect((await fetch(withoutTicket)).status).toBe(401);
    const asOperator = { headers: { authorization: 'Bearer sandbox-operator' } };
    expect((await fetch(withoutTicket, asOperator)).status).toBe(200);

    stack.behave('broken', {});
    expect(await startSync(stack.place, failed.id)).toMatchObject({ __typename: 'SyncRun' });
    await untilStatus(stack.place, 'broken', 'IDLE');
  });
});

describe('a cancel', () => {
  it('ends a manual run that is still starting, and the tenant shows what it showed before', async () => {
    stack.behave('queued', { queueMs: 600_000 });
    const tenant = await untilStatus(stack.place, 'queued', 'NOT_RUN');
    const run = await startSync(stack.place, tenant.id);
    await untilStatus(stack.place, 'queued', 'STARTING');
    expect(await cancelSync(stack.place, run.id ?? '')).toMatchObject({
      __typename: 'SyncRun',
      status: 'CANCELING',
    });
    const after = await untilTenant(
      stack.place,
      'queued',
      'has ended',
      (one) => one.latestRun?.status === 'COMPLETED' && one.status === 'NOT_RUN',
    );
    expect(after).toMatchObject({
      status: 'NOT_RUN',
      latestRun: { outcome: 'CANCELED', canceledBy: 'PERSON', error: null },
    });
  });

  it('ends a manual run that is in progress', async () => {
    stack.behave('running', { slowStage: { stage: 'BACKUP', ms: 600_000 } });
    const tenant = await untilStatus(stack.place, 'running', 'NOT_RUN');
    const run = await startSync(stack.place, tenant.id);
    await untilStatus(stack.place, 'running', 'IN_PROGRESS');
    await cancelSync(stack.place, run.id ?? '');
    const after = await untilTenant(
      stack.place,
      'running',
      'has ended',
      (one) => one.latestRun?.status === 'COMPLETED' && one.status === 'NOT_RUN',
    );
    expect(after).toMatchObject({
      status: 'NOT_RUN',
      latestRun: { outcome: 'CANCELED', canceledBy: 'PERSON' },
    });
    expect(await cancelSync(stack.place, run.id ?? '')).toMatchObject({
      __typename: 'ActionRefused',
      reason: 'WRONG_STATUS',
    });
  });

  it('is refused for a scheduled run, and an admin may force it', async () => {
    stack.behave('scheduled', { slowStage: { stage: 'BACKUP', ms: 600_000 } });
    await stack.runSchedule('scheduled');
    const running = await untilStatus(stack.place, 'scheduled', 'IN_PROGRESS');
    expect(runOf(running).trigger).toBe('SCHEDULED');
    expect(await cancelSync(stack.place, runOf(running).id)).toMatchObject({
      __typename: 'ActionRefused',
      reason: 'SCHEDULED_RUN',
    });
    expect(running.actions.find((one) => one.action === 'CANCEL')).toMatchObject({
      allowed: false,
      reason: 'SCHEDULED_RUN',
    });
    expect(await cancelSync(stack.place, runOf(running).id, { force: true }, 'admin')).toMatchObject({
      __typename: 'SyncRun',
    });
    await untilTenant(stack.place, 'scheduled', 'has ended', (one) => one.latestRun?.outcome === 'CANCELED');
  });
});

describe('a second sync of a tenant', () => {
  it('is refused while one is open, and the refusal carries that run', async () => {
    stack.behave('busy', { queueMs: 600_000 });
    const tenant = await untilStatus(stack.place, 'busy', 'NOT_RUN');
    const first = await startSync(stack.place, tenant.id);
    expect(await startSync(stack.place, tenant.id)).toMatchObject({
      __typename: 'SyncAlreadyOpen',
      run: { id: first.id },
    });
    await cancelSync(stack.place, first.id ?? '');
  });
});

import { describe, expect, it } from 'vitest';
import { readQueuedRun } from '../../src/azure-devops/read-build.ts';
import { wireRun } from '../../src/azure-devops/wire.ts';
import { build, WEB } from './wire-fixtures.ts';

describe('a build is read as', () => {
  it('a run of ours, with its parameters', () => {
    expect(build()).toEqual({
      buildId: 41,
      pipelineId: 7,
      runName: '20261123.1',
      phase: 'RUNNING',
      result: null,
      trigger: 'MANUAL',
      requestedFor: { id: 'u1', displayName: 'Ada Lovelace' },
      canceledBy: null,
      syncRequestId: 'run_0123',
      comment: 'quarterly',
      mode: 'PREVIEW_ONLY',
      tags: ['sync-run_0123'],
      queuedAt: '2026-11-23T10:00:00.123Z',
      startedAt: '2026-11-23T10:00:05.5Z',
      finishedAt: null,
      changedAt: '2026-11-23T10:00:06Z',
      webUrl: 'https://dev.azure.com/contoso/b1f5a2a0-0000-4000-8000-000000000001/_build/results?buildId=41',
      validationErrors: [],
      isDeleted: false,
    });
  });

  it.each([
    ['none', 'QUEUED'],
    ['notStarted', 'QUEUED'],
    ['postponed', 'QUEUED'],
    ['inProgress', 'RUNNING'],
    ['cancelling', 'CANCELING'],
    ['canceling', 'CANCELING'],
    ['completed', 'FINISHED'],
    ['abandoned', 'FINISHED'],
  ])('status %s: %s', (status, phase) => {
    expect(build({ status }).phase).toBe(phase);
  });

  it('what its times say, when the status is a word from the future', () => {
    const status = 'hibernating';
    expect(build({ status, startTime: null }).phase).toBe('QUEUED');
    expect(build({ status }).phase).toBe('RUNNING');
    expect(build({ status, finishTime: '2026-11-23T11:00:00Z' }).phase).toBe('FINISHED');
  });

  it.each([
    ['succeeded', 'SUCCEEDED'],
    ['partiallySucceeded', 'PARTIALLY_SUCCEEDED'],
    ['failed', 'FAILED'],
    ['canceled', 'CANCELED'],
    ['cancelled', 'CANCELED'],
    ['none', 'UNKNOWN'],
    ['brandNewResult', 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('result %s: %s', (result, expected) => {
    expect(build({ status: 'completed', result }).result).toBe(expected);
  });

  it('without a result while it is not finished, whatever the field says', () => {
    expect(build({ result: 'succeeded' }).result).toBeNull();
  });

  it.each([
    ['manual', 'MANUAL'],
    ['userCreated', 'MANUAL'],
    ['schedule', 'SCHEDULED'],
    ['scheduleForced', 'SCHEDULED'],
    ['individualCI', 'UNKNOWN'],
    ['somethingNew', 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('reason %s: %s', (reason, trigger) => {
    expect(build({ reason }).trigger).toBe(trigger);
  });

  it('cancelled by the person who changed it last, and by nobody when that was Azure itself', () => {
    const canceled = { status: 'completed', result: 'canceled' };
    expect(build(canceled).canceledBy).toEqual({ id: 'u1', displayName: 'Ada Lovelace' });
    const service = { id: 'x', displayName: 'Microsoft.VisualStudio.Services.TFS' };
    expect(build({ ...canceled, lastChangedBy: service }).canceledBy).toBeNull();
    const account = { id: '00000002-0000-8888-8000-000000000000', displayName: 'TFS' };
    expect(build({ ...canceled, lastChangedBy: account }).canceledBy).toBeNull();
    expect(build({ status: 'completed', result: 'failed' }).canceledBy).toBeNull();
  });

  it("somebody else's run: no request id, the whole mode", () => {
    const foreign = build({ templateParameters: null, tags: ['sync-preview-ready'] });
    expect(foreign).toMatchObject({ syncRequestId: null, comment: null, mode: 'FULL' });
    expect(build({ templateParameters: { syncRequestId: '', comment: '' }, tags: null })).toMatchObject({
      syncRequestId: null,
      comment: null,
      tags: [],
    });
  });

  it('ours by its tag, when the parameters are missing', () => {
    expect(build({ templateParameters: undefined }).syncRequestId).toBe('run_0123');
  });

  it('refused at once, with the messages, when its YAML is invalid', () => {
    const validationResults = [
      { result: 'error', message: '/azure-pipelines.yml (Line: 3): unexpected value' },
      { result: 'warning', message: 'old syntax' },
      { result: 'error', message: null },
    ];
    expect(build({ validationResults }).validationErrors).toEqual([
      '/azure-pipelines.yml (Line: 3): unexpected value',
    ]);
  });

  it('deleted', () => {
    expect(build({ deleted: true }).isDeleted).toBe(true);
  });

  it('an observation, also from the answer to queueing it', () => {
    const run = wireRun.parse({
      id: 42,
      name: '20261123.2',
      state: 'inProgress',
      createdDate: '2026-11-23T10:00:00Z',
    });
    const sync = { pipelineId: 7, syncRequestId: 'run_9', comment: '', mode: 'FULL' as const };
    expect(readQueuedRun(run, sync, WEB)).toMatchObject({
      buildId: 42,
      pipelineId: 7,
      phase: 'QUEUED',
      trigger: 'MANUAL',
      syncRequestId: 'run_9',
      comment: null,
      queuedAt: '2026-11-23T10:00:00Z',
      webUrl: 'https://dev.azure.com/contoso/Tenant%20Fleet/_build/results?buildId=42',
    });
  });
});

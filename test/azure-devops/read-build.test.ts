import { describe, expect, it } from 'vitest';
import type { ApprovalObservation } from '../../src/azure-devops/port.ts';
import { readApproval } from '../../src/azure-devops/read-approval.ts';
import { readBuild, readQueuedRun, readRun } from '../../src/azure-devops/read-build.ts';
import { wireApproval, wireBuild, wireRun, wireTimeline } from '../../src/azure-devops/wire.ts';

const WEB = { organizationUrl: 'https://dev.azure.com/contoso', project: 'Tenant Fleet' };

const BUILD = {
  id: 41,
  buildNumber: '20261123.1',
  status: 'inProgress',
  reason: 'manual',
  definition: { id: 7, name: 'fabrikam - Sync', revision: 3 },
  project: { id: 'b1f5a2a0-0000-4000-8000-000000000001', name: 'Tenant Fleet' },
  queueTime: '2026-11-23T10:00:00.123Z',
  startTime: '2026-11-23T10:00:05.5Z',
  lastChangedDate: '2026-11-23T10:00:06Z',
  lastChangedBy: { id: 'u1', displayName: 'Ada Lovelace' },
  requestedFor: { id: 'u1', displayName: 'Ada Lovelace', uniqueName: 'ada@contoso.com' },
  templateParameters: { syncRequestId: 'run_0123', comment: 'quarterly', mode: 'preview' },
  tags: ['sync-run_0123'],
};

const build = (changes: object = {}) => readBuild(wireBuild.parse({ ...BUILD, ...changes }), WEB);

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

const stage = (identifier: string, state: string, more: object = {}) => ({
  id: `stage-${identifier}`,
  type: 'Stage',
  name: `${identifier} the tenant`,
  identifier,
  state,
  ...more,
});
const below = (parentId: string, type: string, id: string, more: object = {}) => ({
  id,
  type,
  parentId,
  ...more,
});

function run(records: object[], changes: object = {}, approvals: ApprovalObservation[] = []) {
  const timeline = wireTimeline.parse({ id: 'timeline', records });
  return readRun({ build: wireBuild.parse({ ...BUILD, ...changes }), timeline, approvals }, WEB);
}

const approval = (changes: object = {}) =>
  readApproval(
    wireApproval.parse({
      id: 'approval-1',
      status: 'pending',
      createdOn: '2026-11-23T10:05:00Z',
      executionOrder: 'anyOrder',
      minRequiredApprovers: 1,
      steps: [],
      ...changes,
    }),
  );

describe('a timeline is read as', () => {
  it('nothing, when it is missing or empty', () => {
    const missing = readRun({ build: wireBuild.parse(BUILD), timeline: null, approvals: [] }, WEB);
    const nothing = {
      attempt: 1,
      stages: [],
      approvals: [],
      needsAuthorization: false,
      issues: [],
      hitTimeLimit: false,
      jobUrl: null,
    };
    expect(missing).toMatchObject(nothing);
    expect(run([])).toMatchObject(nothing);
    const nulled = wireTimeline.parse({ records: null });
    expect(readRun({ build: wireBuild.parse(BUILD), timeline: nulled, approvals: [] }, WEB)).toMatchObject(
      nothing,
    );
  });

  it('the four stages by their identifiers, in their order', () => {
    const seen = run([
      stage('Deploy', 'pending'),
      stage('SomethingElse', 'inProgress'),
      stage('Preview', 'inProgress', { startTime: '2026-11-23T10:03:00Z' }),
      stage('Backup', 'completed', { result: 'succeededWithIssues', finishTime: '2026-11-23T10:02:59Z' }),
      stage('Authenticate', 'completed', { result: 'succeeded' }),
    ]);
    expect(seen.stages.map(({ stage: name, state }) => [name, state])).toEqual([
      ['AUTHENTICATE', 'SUCCEEDED'],
      ['BACKUP', 'SUCCEEDED'],
      ['PREVIEW', 'RUNNING'],
      ['DEPLOY', 'PENDING'],
    ]);
    expect(seen.stages[2]).toMatchObject({
      startedAt: '2026-11-23T10:03:00Z',
      completedAt: null,
      attempt: 1,
    });
  });

  it.each([
    ['succeeded', 'SUCCEEDED'],
    ['failed', 'FAILED'],
    ['canceled', 'CANCELED'],
    ['cancelled', 'CANCELED'],
    ['abandoned', 'CANCELED'],
    ['skipped', 'SKIPPED'],
    // Whatever Azure invents, it is not a success.
    ['brandNewResult', 'FAILED'],
    [undefined, 'FAILED'],
  ])('a stage that ended as %s: %s', (result, state) => {
    expect(run([stage('Deploy', 'completed', { result })]).stages[0]?.state).toBe(state);
  });

  it('a stage that waits while its checks run, whatever the stage itself says', () => {
    for (const state of ['pending', 'inProgress']) {
      const seen = run([
        stage('Deploy', state),
        below('stage-Deploy', 'Checkpoint', 'c', { state: 'inProgress' }),
        below('c', 'Checkpoint.Approval', 'approval-1', { state: 'inProgress' }),
      ]);
      expect(seen.stages[0]?.state).toBe('WAITING');
    }
  });

  it('a stage that runs once its checks have passed', () => {
    const seen = run([
      stage('Deploy', 'inProgress'),
      below('stage-Deploy', 'Checkpoint', 'c', { state: 'completed', result: 'succeeded' }),
    ]);
    expect(seen.stages[0]?.state).toBe('RUNNING');
  });

  it("the approvals that its records name, oldest first, as the run's own", () => {
    const records = [
      stage('Deploy', 'pending'),
      below('stage-Deploy', 'Checkpoint', 'c', { state: 'inProgress' }),
      below('c', 'Checkpoint.Approval', 'approval-2', { state: 'inProgress' }),
      below('c', 'Checkpoint.Approval', 'approval-1', { state: 'completed', result: 'succeeded' }),
    ];
    const second = approval({ id: 'approval-2', createdOn: '2026-11-23T10:06:00Z' });
    const first = approval({ status: 'approved', pipeline: { owner: { id: 999 } } });
    const foreign = approval({ id: 'approval-of-another-run' });
    const seen = run(records, {}, [second, foreign, first]);
    expect(seen.approvals.map(({ approvalId, status, buildId }) => [approvalId, status, buildId])).toEqual([
      ['approval-1', 'APPROVED', 41],
      ['approval-2', 'PENDING', 41],
    ]);
  });

  it('an approval that Azure no longer knows: no more than the record proves', () => {
    const record = (state: string, result?: string) =>
      run([below('c', 'Checkpoint.Approval', 'a', { state, result })]).approvals[0]?.status;
    expect(record('inProgress')).toBe('PENDING');
    expect(record('completed', 'succeeded')).toBe('APPROVED');
    expect(record('completed', 'failed')).toBe('UNKNOWN');
    expect(record('completed', 'skipped')).toBe('UNKNOWN');
  });

  it('waiting for a permission, which is no approval', () => {
    const records = [
      stage('Deploy', 'pending'),
      below('stage-Deploy', 'Checkpoint', 'c', { state: 'inProgress' }),
      below('c', 'Checkpoint.Authorization', 'z', { state: 'inProgress' }),
    ];
    expect(run(records)).toMatchObject({ needsAuthorization: true, approvals: [] });
    expect(run(records, { status: 'completed', result: 'canceled' }).needsAuthorization).toBe(false);
    const granted = below('c', 'Checkpoint.Authorization', 'z', { state: 'completed', result: 'succeeded' });
    expect(run([granted]).needsAuthorization).toBe(false);
  });

  it('the present attempt of a stage that was retried', () => {
    const seen = run([
      stage('Authenticate', 'completed', { result: 'succeeded', attempt: 1 }),
      stage('Backup', 'completed', { id: 'old', result: 'failed', attempt: 1 }),
      stage('Backup', 'inProgress', {
        attempt: 2,
        previousAttempts: [{ attempt: 1, timelineId: 't0', recordId: 'old' }],
      }),
      below('stage-Backup', 'Job', 'j', { attempt: 5 }),
    ]);
    expect(seen.attempt).toBe(2);
    expect(seen.stages[1]).toMatchObject({ stage: 'BACKUP', state: 'RUNNING', attempt: 2 });
  });

  it('a run in which words of all kinds are new', () => {
    const seen = run(
      [
        stage('Deploy', 'dreaming'),
        below('stage-Deploy', 'Checkpoint.Oracle', 'o', { state: 'musing', result: 'enlightened' }),
      ],
      { status: 'completed', result: 'sublime', reason: 'whim' },
    );
    expect(seen).toMatchObject({ phase: 'FINISHED', result: 'UNKNOWN', trigger: 'UNKNOWN', jobUrl: null });
  });
});

const error = (message: string, code?: string) => ({
  type: 'error',
  category: 'General',
  message,
  data: { type: 'error', logFileLineNumber: '12', ...(code ? { code } : {}) },
});

const FAILED = { state: 'completed', result: 'failed' };

function failedRun(taskIssues: object[], jobIssues: object[] = []) {
  return run(
    [
      stage('Backup', 'completed', { result: 'failed' }),
      below('stage-Backup', 'Phase', 'p', FAILED),
      below('p', 'Job', 'job-1', { ...FAILED, issues: jobIssues }),
      below('job-1', 'Task', 'task-0', { state: 'completed', result: 'succeeded' }),
      below('job-1', 'Task', 'task-1', { ...FAILED, issues: taskIssues }),
    ],
    { status: 'completed', result: 'failed' },
  );
}

describe('errors are read', () => {
  it('with own codes first, then own words, then what says nothing', () => {
    const seen = failedRun([
      error("PowerShell exited with code '1'."),
      error('Graph answered 403 for policies.'),
      error('Tenant is away.', 'TENANT_UNAVAILABLE'),
      { type: 'warning', message: 'deprecated' },
    ]);
    expect(seen.issues).toEqual([
      { stage: 'BACKUP', code: 'TENANT_UNAVAILABLE', message: 'Tenant is away.' },
      { stage: 'BACKUP', code: null, message: 'Graph answered 403 for policies.' },
      { stage: 'BACKUP', code: null, message: "PowerShell exited with code '1'." },
    ]);
  });

  it.each([
    "PowerShell exited with code '1'.",
    "Bash exited with code '127'.",
    "Cmd.exe exited with code '1'.",
    "The process '/usr/bin/node' failed with exit code 1",
    'Exit code 1 returned from process: file name pwsh',
    'The operation was canceled.',
    'Script failed with exit code: 1',
  ])('so that "%s" loses against any other', (generic) => {
    expect(failedRun([error(generic), error('Better words.')]).issues[0]?.message).toBe('Better words.');
    expect(failedRun([error(generic)]).issues[0]?.message).toBe(generic);
  });

  it("once, when Azure repeats a step's error on its job", () => {
    const seen = failedRun([error('Tenant is away.', 'TENANT_UNAVAILABLE')], [error('Tenant is away.')]);
    expect(seen.issues).toEqual([
      { stage: 'BACKUP', code: 'TENANT_UNAVAILABLE', message: 'Tenant is away.' },
    ]);
  });

  it('without a stage when the record hangs in the air, even in a circle', () => {
    const seen = run([
      { id: 'x', type: 'Job', parentId: 'y', ...FAILED, issues: [error('Lost.')] },
      { id: 'y', type: 'Phase', parentId: 'x' },
    ]);
    expect(seen.issues).toEqual([{ stage: null, code: null, message: 'Lost.' }]);
  });

  it('with the address of the step that failed', () => {
    expect(failedRun([error('x')]).jobUrl).toBe(
      'https://dev.azure.com/contoso/b1f5a2a0-0000-4000-8000-000000000001' +
        '/_build/results?buildId=41&view=logs&j=job-1&t=task-1',
    );
  });

  it('with the address of the job, when no step of it ran', () => {
    const seen = run([
      stage('Backup', 'completed', { result: 'failed' }),
      below('stage-Backup', 'Job', 'job-1', FAILED),
    ]);
    expect(seen.jobUrl).toMatch(/&view=logs&j=job-1$/);
  });

  it.each([
    'The job running on agent Azure Pipelines 2 ran longer than the maximum time of 60 minutes. For more information, see https://go.microsoft.com/fwlink/?linkid=2077134',
    'The job exceeded the maximum allowed time of 01:00:00 and was stopped.',
  ])("as the pipeline's own time limit: %s", (message) => {
    expect(failedRun([], [error(message)]).hitTimeLimit).toBe(true);
    expect(failedRun([], [error('The operation was canceled.')]).hitTimeLimit).toBe(false);
  });
});

describe('an approval is read', () => {
  it.each([
    ['pending', 'PENDING'],
    ['uninitiated', 'PENDING'],
    ['deferred', 'PENDING'],
    ['approved', 'APPROVED'],
    ['rejected', 'REJECTED'],
    ['timedOut', 'TIMED_OUT'],
    ['canceled', 'CANCELED'],
    ['skipped', 'SKIPPED'],
    ['failed', 'UNKNOWN'],
    ['undefined', 'UNKNOWN'],
    ['brandNew', 'UNKNOWN'],
  ])('status %s as %s', (status, expected) => {
    expect(approval({ status }).status).toBe(expected);
  });

  it('with its run as number, as text, or not at all', () => {
    const ownerOf = (pipeline: unknown) => approval({ pipeline }).buildId;
    expect(ownerOf({ owner: { id: 41 } })).toBe(41);
    expect(ownerOf({ owner: { id: '41' } })).toBe(41);
    expect(ownerOf({ owner: { id: 'a1b2' } })).toBeNull();
    expect(ownerOf({ owner: {} })).toBeNull();
    expect(ownerOf(null)).toBeNull();
    expect(ownerOf(undefined)).toBeNull();
  });

  it('with who was asked, who decided, and when', () => {
    const seen = approval({
      executionOrder: 'inSequence',
      minRequiredApprovers: 2,
      blockedApprovers: [{ id: 'u9' }],
      steps: [
        {
          assignedApprover: { id: 'g1', displayName: '[Fleet]\\Approvers', isContainer: true },
          actualApprover: { id: 'u2', displayName: 'Grace Hopper' },
          status: 'approved',
          comment: 'fine',
          lastModifiedOn: '2026-11-23T10:07:00Z',
        },
        {
          assignedApprover: { id: 'u3', displayName: null, uniqueName: 'kay@contoso.com' },
          status: 'uninitiated',
          comment: '',
          lastModifiedOn: '2026-11-23T10:05:00Z',
        },
      ],
    });
    expect(seen).toEqual({
      approvalId: 'approval-1',
      buildId: null,
      status: 'PENDING',
      minRequired: 2,
      order: 'IN_SEQUENCE',
      createdAt: '2026-11-23T10:05:00Z',
      blockedApproverIds: ['u9'],
      steps: [
        {
          assignedTo: { id: 'g1', displayName: '[Fleet]\\Approvers', isGroup: true },
          actualApprover: { id: 'u2', displayName: 'Grace Hopper' },
          status: 'APPROVED',
          comment: 'fine',
          decidedAt: '2026-11-23T10:07:00Z',
        },
        {
          assignedTo: { id: 'u3', displayName: 'kay@contoso.com', isGroup: false },
          actualApprover: null,
          status: 'PENDING',
          comment: null,
          decidedAt: null,
        },
      ],
    });
  });
});

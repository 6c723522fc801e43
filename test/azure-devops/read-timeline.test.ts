import { describe, expect, it } from 'vitest';
import { readRun } from '../../src/azure-devops/read-build.ts';
import { wireBuild, wireTimeline } from '../../src/azure-devops/wire.ts';
import { approval, below, BUILD, run, stage, WEB } from './wire-fixtures.ts';

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

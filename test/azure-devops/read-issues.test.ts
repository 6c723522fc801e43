import { describe, expect, it } from 'vitest';
import { below, error, FAILED, failedRun, run, stage } from './wire-fixtures.ts';

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

/** Literal JSON of a run, as Azure DevOps answers it. */
import type { ApprovalObservation } from '../../src/azure-devops/port.ts';
import { readApproval } from '../../src/azure-devops/read-approval.ts';
import { readBuild, readRun } from '../../src/azure-devops/read-build.ts';
import { wireApproval, wireBuild, wireTimeline } from '../../src/azure-devops/wire.ts';

export const WEB = { organizationUrl: 'https://dev.azure.com/contoso', project: 'Tenant Fleet' };

export const BUILD = {
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

export const build = (changes: object = {}) => readBuild(wireBuild.parse({ ...BUILD, ...changes }), WEB);

export const stage = (identifier: string, state: string, more: object = {}) => ({
  id: `stage-${identifier}`,
  type: 'Stage',
  name: `${identifier} the tenant`,
  identifier,
  state,
  ...more,
});
export const below = (parentId: string, type: string, id: string, more: object = {}) => ({
  id,
  type,
  parentId,
  ...more,
});

export function run(records: object[], changes: object = {}, approvals: ApprovalObservation[] = []) {
  const timeline = wireTimeline.parse({ id: 'timeline', records });
  return readRun({ build: wireBuild.parse({ ...BUILD, ...changes }), timeline, approvals }, WEB);
}

export const approval = (changes: object = {}) =>
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

export const error = (message: string, code?: string) => ({
  type: 'error',
  category: 'General',
  message,
  data: { type: 'error', logFileLineNumber: '12', ...(code ? { code } : {}) },
});

export const FAILED = { state: 'completed', result: 'failed' };

export function failedRun(taskIssues: object[], jobIssues: object[] = []) {
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

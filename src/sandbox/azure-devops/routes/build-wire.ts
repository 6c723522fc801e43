import type { Build, TimelineRecord } from '../build.ts';
import { identityRef } from '../identity.ts';
import { buildUrl, buildWebUrl, organizationUrl, projectById, projectUrl } from '../http/links.ts';
import { definitionOfBuild, type World } from '../world.ts';
import { projectWire } from './projects.ts';
import { definitionReference } from './definitions.ts';

/** A build as `build/builds` answers it. Absent values are left out, as Azure DevOps does. */
export function buildWire(world: World, build: Build) {
  const project = projectById(world, build.projectId);
  const definition = definitionOfBuild(world, build);
  const url = buildUrl(world, build);
  const ref = (identity: Build['requestedBy']) =>
    identityRef(identity, organizationUrl(world, build.organization));
  return {
    _links: buildLinks(world, build),
    properties: {},
    tags: build.tags,
    validationResults: build.validationErrors.map((message) => ({ result: 'error', message })),
    plans: [{ planId: build.planId }],
    templateParameters: build.templateParameters,
    triggerInfo: build.reason === 'schedule' ? { scheduleName: 'Nightly' } : {},
    id: build.id,
    buildNumber: build.buildNumber,
    status: build.status,
    ...(build.result ? { result: build.result } : {}),
    queueTime: build.queueTime,
    ...(build.startTime ? { startTime: build.startTime } : {}),
    ...(build.finishTime ? { finishTime: build.finishTime } : {}),
    url,
    definition: definitionReference(world, definition),
    project: projectWire(world, project),
    uri: `vstfs:///Build/Build/${build.id}`,
    sourceBranch: build.sourceBranch,
    sourceVersion: build.sourceVersion,
    queue: { id: 9, name: 'Azure Pipelines', pool: { id: 9, name: 'Azure Pipelines', isHosted: true } },
    priority: 'normal',
    reason: build.reason,
    requestedFor: ref(build.requestedFor),
    requestedBy: ref(build.requestedBy),
    lastChangedDate: build.lastChangedDate,
    lastChangedBy: ref(build.lastChangedBy),
    orchestrationPlan: { planId: build.planId },
    logs: { id: 0, type: 'Container', url: `${url}/logs` },
    repository: { id: definition.repositoryId, type: 'TfsGit', clean: null, checkoutSubmodules: false },
    retainedByRelease: false,
    triggeredByBuild: null,
    appendCommitMessageToRunName: true,
    ...(build.isDeleted ? { deleted: true } : {}),
  };
}

function buildLinks(world: World, build: Build) {
  const url = buildUrl(world, build);
  const project = projectUrl(world, projectById(world, build.projectId));
  return {
    self: { href: url },
    web: { href: buildWebUrl(world, build) },
    sourceVersionDisplayUri: { href: `${url}/sources` },
    timeline: { href: `${url}/Timeline` },
    badge: { href: `${project}/_apis/build/status/${build.definitionId}` },
  };
}

/** A timeline with those of its records that changed since. */
export function timelineWire(
  world: World,
  build: Build,
  timeline: { id: string; records: readonly TimelineRecord[]; since: number },
) {
  const url = buildUrl(world, build);
  return {
    records: timeline.records
      .filter(({ changeId }) => changeId > timeline.since)
      .map((record) => recordWire(record, `${url}/logs`)),
    lastChangedBy: build.lastChangedBy.id,
    lastChangedOn: build.lastChangedDate,
    id: timeline.id,
    changeId: build.changeId,
    url: `${url}/Timeline/${timeline.id}`,
  };
}

function recordWire(record: TimelineRecord, logsUrl: string) {
  const { logId, taskName, issues, ...rest } = record;
  const isTask = record.type === 'Task' && taskName !== null;
  return {
    ...rest,
    resultCode: null,
    details: null,
    errorCount: issues.filter(({ type }) => type === 'error').length,
    warningCount: issues.filter(({ type }) => type === 'warning').length,
    url: null,
    queueId: record.type === 'Job' ? 9 : null,
    log: logId === null ? null : { id: logId, type: 'Container', url: `${logsUrl}/${logId}` },
    task: isTask ? { id: 'e213ff0f-5d5c-4791-802d-52ea3e7be1f1', name: taskName, version: '2.247.1' } : null,
    issues: issues.length > 0 ? issues : null,
  };
}

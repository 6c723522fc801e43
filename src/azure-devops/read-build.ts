/** Pure: a build's JSON (with its timeline and approvals) → what the port says of a run. */
import { MODE_PARAMETERS, SYNC_MODES, syncRequestTag, type SyncMode } from '../pipeline/contract.ts';
import type {
  ApprovalObservation,
  BuildObservation,
  BuildPhase,
  BuildResult,
  RunObservation,
} from './port.ts';
import { person } from './read-approval.ts';
import { hitTimeLimit, jobAddress, readIssues } from './read-issues.ts';
import { approvalsOf, highestAttempt, readStages, waitsForPermission } from './read-stages.ts';
import type { WireBuild, WireIdentity, WireRun, WireTimeline } from './wire.ts';

/** Where people look at the project: addresses are built on it, none is taken from an answer. */
export type WebBase = { organizationUrl: string; project: string };

export function readBuild(wire: WireBuild, web: WebBase): BuildObservation {
  const phase = phaseOf(wire);
  const result = phase === 'FINISHED' ? resultOf(wire.result) : null;
  const parameters = wire.templateParameters ?? {};
  return {
    buildId: wire.id,
    pipelineId: wire.definition.id,
    runName: wire.buildNumber ?? String(wire.id),
    phase,
    result,
    trigger: triggerOf(wire.reason),
    requestedFor: wire.requestedFor ? person(wire.requestedFor) : null,
    canceledBy: result === 'CANCELED' ? personWho(wire.lastChangedBy) : null,
    syncRequestId: textOf(parameters['syncRequestId']) ?? requestIdOfTags(wire.tags ?? []),
    comment: textOf(parameters['comment']),
    mode: modeOf(textOf(parameters['mode'])),
    tags: wire.tags ?? [],
    queuedAt: wire.queueTime ?? wire.startTime ?? wire.lastChangedDate ?? new Date(0).toISOString(),
    startedAt: wire.startTime ?? null,
    finishedAt: wire.finishTime ?? null,
    changedAt: wire.lastChangedDate ?? null,
    webUrl: webUrlOf({ ...web, project: wire.project?.id ?? web.project }, wire.id),
    validationErrors: (wire.validationResults ?? []).flatMap(({ result: verdict, message }) =>
      verdict === 'error' && message ? [message] : [],
    ),
    isDeleted: wire.deleted === true,
  };
}

/** `approvals`: those that the timeline's records name, as far as Azure still knows them. */
export function readRun(
  wire: { build: WireBuild; timeline: WireTimeline | null; approvals: ApprovalObservation[] },
  web: WebBase,
): RunObservation {
  return completeRun(readBuild(wire.build, web), wire);
}

/** The same, of a build that a list has shown already. */
export function completeRun(
  build: BuildObservation,
  { timeline, approvals }: { timeline: WireTimeline | null; approvals: ApprovalObservation[] },
): RunObservation {
  const records = timeline?.records ?? [];
  return {
    ...build,
    attempt: highestAttempt(records),
    stages: readStages(records),
    approvals: approvalsOf(records, approvals, build.buildId),
    needsAuthorization: build.phase !== 'FINISHED' && waitsForPermission(records),
    issues: readIssues(records),
    hitTimeLimit: hitTimeLimit(records),
    jobUrl: jobAddress(records, build.webUrl),
  };
}

/** The run as the answer to queueing it tells; everything else is observed later. */
export function readQueuedRun(
  wire: WireRun,
  sync: { pipelineId: number; syncRequestId: string; comment: string; mode: SyncMode },
  web: WebBase,
): BuildObservation {
  return {
    ...readBuild(
      {
        id: wire.id,
        buildNumber: wire.name,
        status: wire.state === 'completed' ? 'completed' : 'notStarted',
        reason: 'manual',
        definition: { id: sync.pipelineId },
        queueTime: wire.createdDate ?? new Date().toISOString(),
      },
      web,
    ),
    syncRequestId: sync.syncRequestId,
    comment: sync.comment || null,
    mode: sync.mode,
  };
}

const webUrlOf = ({ organizationUrl, project }: WebBase, buildId: number) =>
  `${organizationUrl}/${encodeURIComponent(project)}/_build/results?buildId=${buildId}`;

function phaseOf(wire: WireBuild): BuildPhase {
  switch (wire.status) {
    case 'none':
    case 'notStarted':
    case 'postponed':
      return 'QUEUED';
    case 'inProgress':
      return 'RUNNING';
    // Builds and runs spell it differently.
    case 'cancelling':
    case 'canceling':
      return 'CANCELING';
    case 'completed':
    case 'abandoned':
      return 'FINISHED';
    // A word that is not known yet: the times tell.
    default:
      return wire.finishTime ? 'FINISHED' : wire.startTime ? 'RUNNING' : 'QUEUED';
  }
}

function resultOf(word: string | null | undefined): BuildResult {
  switch (word) {
    case 'succeeded':
      return 'SUCCEEDED';
    case 'partiallySucceeded':
      return 'PARTIALLY_SUCCEEDED';
    case 'failed':
      return 'FAILED';
    case 'canceled':
    case 'cancelled':
      return 'CANCELED';
    default:
      return 'UNKNOWN';
  }
}

/** `manual` is also what Azure says of a run that was queued through its API. */
function triggerOf(reason: string | null | undefined): BuildObservation['trigger'] {
  switch (reason) {
    case 'manual':
    case 'userCreated':
      return 'MANUAL';
    case 'schedule':
    case 'scheduleForced':
      return 'SCHEDULED';
    default:
      return 'UNKNOWN';
  }
}

/** A run without a known mode ran with the parameter's default, which is everything. */
const modeOf = (word: string | null): SyncMode =>
  SYNC_MODES.find((mode) => MODE_PARAMETERS[mode] === word) ?? 'FULL';

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

const TAG_PREFIX = syncRequestTag('');

/** Only a run's id looks like that: `sync-preview-ready` is a tag too. */
function requestIdOfTags(tags: string[]): string | null {
  const tag = tags.find((candidate) => candidate.startsWith(`${TAG_PREFIX}run_`));
  return tag?.slice(TAG_PREFIX.length) ?? null;
}

const SERVICE_ACCOUNT = /^0000[0-9a-f]{4}-0000-8888-8000-0{12}$/;

/** Azure DevOps' own services change builds too (a lock, a time limit): those are nobody. */
function personWho(identity: WireIdentity | null | undefined) {
  if (!identity || SERVICE_ACCOUNT.test(identity.id)) return null;
  return identity.displayName?.startsWith('Microsoft.VisualStudio.Services') ? null : person(identity);
}

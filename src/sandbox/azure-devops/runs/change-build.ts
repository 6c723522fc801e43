/** What people do to a run: cancel it, retry it, delete it. */
import { STAGE_IDENTIFIERS, SYNC_STAGES, type SyncStage } from '../../../pipeline/contract.ts';
import { badRequest, conflict } from '../azure-error.ts';
import { isOpen, type Build, type TimelineRecord } from '../build.ts';
import { newGuid } from '../guid.ts';
import type { Identity } from '../identity.ts';
import { buildChanged, nowOf, record, type World } from '../world.ts';
import { addRecord, branchOf, stageRecord } from './timeline.ts';

/** Asks the run's agent to stop; the run is over when it has. Asking again, or too late, changes nothing. */
export function cancelBuild(world: World, build: Build, by: Identity): void {
  if (build.status === 'completed' || build.status === 'cancelling') return;
  build.status = 'cancelling';
  build.canceledBy = by;
  build.phase = 'CANCELING';
  build.phaseSince = nowOf(world);
  buildChanged(world, build, by);
  record(world, build, 'cancelRequested', { by: by.displayName });
  world.agents.cancel(build);
}

const canRunAgain = ({ result }: TimelineRecord) =>
  result === 'failed' || result === 'canceled' || result === 'abandoned';

/** Runs the failed stages of a finished run, and those after them, as a new attempt of the same run. */
export function retryBuild(world: World, build: Build, by: Identity): void {
  if (isOpen(build))
    throw conflict(
      `Run ${build.id} is still going on: it cannot be retried.`,
      'BuildStatusInvalidChangeException',
    );
  const first = SYNC_STAGES.find((stage) => canRunAgain(stageRecord(build, stage)));
  if (!first)
    throw badRequest(`Run ${build.id} has no failed stage to retry.`, 'BuildStatusInvalidChangeException');
  retryFrom(world, build, { stage: first, by });
}

export function retryStage(
  world: World,
  build: Build,
  { stage, by, force }: { stage: SyncStage; by: Identity; force: boolean },
) {
  if (isOpen(build))
    throw conflict(
      `Stage ${STAGE_IDENTIFIERS[stage]} cannot be retried while the run is going on.`,
      'StageNotRetryableException',
    );
  if (!force && !canRunAgain(stageRecord(build, stage))) {
    throw badRequest(
      `Stage ${STAGE_IDENTIFIERS[stage]} has not failed: there is nothing to retry.`,
      'StageNotRetryableException',
    );
  }
  retryFrom(world, build, { stage, by });
}

function retryFrom(world: World, build: Build, { stage, by }: { stage: SyncStage; by: Identity }): void {
  const stages = SYNC_STAGES.slice(SYNC_STAGES.indexOf(stage));
  startStagesOver(world, build, stages);
  const fresh = {
    status: 'inProgress',
    result: null,
    finishTime: null,
    canceledBy: null,
    phase: 'RUNNING',
  } as const;
  Object.assign(build, fresh, { phaseSince: nowOf(world), stagesToCancel: [], hasLostAgent: false });
  if (stages.includes('PREVIEW')) build.changesNeeded = null;
  buildChanged(world, build, by);
  record(world, build, 'retried', { by: by.displayName, stage: STAGE_IDENTIFIERS[stage] });
  world.agents.start(build);
}

/** The stages wait anew; what they recorded and attached before lies in another timeline from now on. */
export function startStagesOver(world: World, build: Build, stages: readonly SyncStage[]): void {
  const past = { id: newGuid(), records: [] as TimelineRecord[] };
  for (const again of stages)
    past.records.push(...startOver(world, build, { stage: again, timelineId: past.id }));
  const moved = new Set(past.records.map(({ id }) => id));
  for (const attachment of build.attachments) {
    if (attachment.timelineId === build.timelineId && moved.has(attachment.recordId))
      attachment.timelineId = past.id;
  }
  build.pastTimelines.push(past);
}

/** Puts a new, waiting record in the place of the stage's; returns the old ones, which move to another timeline. */
function startOver(
  world: World,
  build: Build,
  { stage, timelineId }: { stage: SyncStage; timelineId: string },
): TimelineRecord[] {
  const old = stageRecord(build, stage);
  const moved = branchOf(build.records, old);
  build.records = build.records.filter((candidate) => !moved.includes(candidate));
  const { name, identifier, order } = old;
  // A stage that never ran has no attempt to look back at.
  const hasRun = old.startTime !== null || old.result !== 'skipped';
  const attempt = hasRun ? old.attempt + 1 : old.attempt;
  const fresh = addRecord(world, build, { parent: null, type: 'Stage', name, identifier, order, attempt });
  fresh.previousAttempts = hasRun
    ? [...old.previousAttempts, { attempt: old.attempt, timelineId, recordId: old.id }]
    : old.previousAttempts;
  return moved;
}

/** Ends one stage; those after it are skipped, and the run ends as canceled. */
export function cancelStage(
  world: World,
  build: Build,
  { stage, by }: { stage: SyncStage; by: Identity },
): void {
  if (stageRecord(build, stage).state === 'completed') return;
  if (!build.stagesToCancel.includes(stage)) build.stagesToCancel.push(stage);
  buildChanged(world, build, by);
  world.agents.cancel(build);
}

export function deleteBuild(world: World, build: Build, by: Identity): void {
  if (isOpen(build))
    throw badRequest(`Run ${build.id} is still going on: cancel it first.`, 'CannotDeleteBuildException');
  build.isDeleted = true;
  buildChanged(world, build, by);
  record(world, build, 'deleted', { by: by.displayName });
}

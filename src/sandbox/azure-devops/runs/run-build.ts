import { z } from 'zod';
import {
  ERROR_ATTACHMENT,
  STAGE_IDENTIFIERS,
  SYNC_STAGES,
  type SyncStage,
} from '../../../pipeline/contract.ts';
import type { Build, BuildResult, RecordResult } from '../build.ts';
import { AZURE_DEVOPS } from '../identity.ts';
import { buildChanged, nowOf, record } from '../world.ts';
import { passGate, type GateVerdict } from './gate.ts';
import { runJob } from './job.ts';
import { goOn, isCanceled, modeOf, setPhase, wait, type Run } from './run.ts';
import { endRecord, stageRecord, startRecord } from './timeline.ts';

const QUEUE_MS = 1000;
/** What an agent takes to notice that it is to stop. */
const CANCEL_MS = 1000;

/** Takes a run from where it stands to its end. */
export async function runBuild(run: Run): Promise<void> {
  const { build } = run;
  if (build.status === 'notStarted') {
    await wait(run, run.tenant.behaviour.queueMs ?? QUEUE_MS);
    if (build.status === 'notStarted') start(run);
  }
  for (const stage of SYNC_STAGES) {
    goOn(run);
    await runStage(run, stage);
  }
  if (build.status === 'cancelling') await stopAgents(run);
  goOn(run);
  finish(run);
}

/** The agent hears of it late, or has to bring something to an end. */
function stopAgents(run: Run): Promise<void> {
  const ms = run.tenant.behaviour.cancelMs ?? CANCEL_MS;
  return run.world.options.clock.sleep(ms, run.stopSignal);
}

function start(run: Run): void {
  run.build.status = 'inProgress';
  run.build.startTime = nowOf(run.world);
  setPhase(run, 'RUNNING');
  buildChanged(run.world, run.build, AZURE_DEVOPS);
}

async function runStage(run: Run, stage: SyncStage): Promise<void> {
  if (stageRecord(run.build, stage).state === 'completed') return;
  if (!isWanted(run, stage)) return endStage(run, stage, 'skipped');
  if (isCanceled(run, stage)) return endStage(run, stage, 'canceled');
  if (stage === 'DEPLOY') {
    const verdict = await passGate(run, stage);
    if (verdict !== 'open') return endStage(run, stage, GATE_RESULTS[verdict]);
  }
  setPhase(run, 'RUNNING');
  await carryOut(run, stage);
}

/** The stage itself, without what decides whether it runs. */
export async function carryOut(run: Run, stage: SyncStage): Promise<void> {
  const stageRow = stageRecord(run.build, stage);
  startRecord(run.world, run.build, stageRow);
  record(run.world, run.build, 'stageStarted', {
    stage: STAGE_IDENTIFIERS[stage],
    attempt: stageRow.attempt,
  });
  endStage(run, stage, await runJob(run, stage));
}

const GATE_RESULTS = {
  rejected: 'failed',
  timedOut: 'skipped',
  canceled: 'canceled',
} as const satisfies Record<Exclude<GateVerdict, 'open'>, RecordResult>;

/** The conditions of the YAML. */
function isWanted({ build, tenant }: Run, stage: SyncStage): boolean {
  if (hasFailedBefore(build, stage)) return false;
  switch (stage) {
    case 'AUTHENTICATE':
    case 'BACKUP':
      return true;
    case 'PREVIEW':
      return modeOf(build) !== 'BACKUP_ONLY';
    case 'DEPLOY':
      return modeOf(build) === 'FULL' && build.changesNeeded !== false && !tenant.backupOnly;
  }
}

/** A stage that was skipped because of a failure does not hide the failure from those after it. */
function hasFailedBefore(build: Run['build'], stage: SyncStage): boolean {
  return SYNC_STAGES.slice(0, SYNC_STAGES.indexOf(stage)).some((earlier) => {
    const { result } = stageRecord(build, earlier);
    return result === 'failed' || result === 'canceled' || result === 'abandoned';
  });
}

function endStage(run: Run, stage: SyncStage, result: RecordResult): void {
  const row = stageRecord(run.build, stage);
  endRecord(run.world, run.build, { record: row, result });
  record(run.world, run.build, 'stageEnded', {
    stage: STAGE_IDENTIFIERS[stage],
    attempt: row.attempt,
    result,
  });
}

function finish(run: Run): void {
  const { build, world } = run;
  build.result = resultOf(run);
  build.status = 'completed';
  build.finishTime = nowOf(world);
  setPhase(run, 'FINISHED');
  buildChanged(world, build, build.result === 'canceled' ? (build.canceledBy ?? AZURE_DEVOPS) : AZURE_DEVOPS);
  record(world, build, 'finished', { result: build.result, error: errorCodeOf(build) });
}

/** The code that the pipeline gave to its failure in this attempt; null when it gave none. */
function errorCodeOf({ attachments, timelineId }: Build): string | null {
  const { type } = ERROR_ATTACHMENT;
  const last = attachments.findLast((one) => one.type === type && one.timelineId === timelineId);
  return last ? z.object({ code: z.string() }).parse(JSON.parse(last.content)).code : null;
}

/** A run that was done before its agent heard of the cancellation has the result that it earned. */
function resultOf({ build }: Run): BuildResult {
  const results = SYNC_STAGES.map((stage) => stageRecord(build, stage).result);
  if (results.includes('canceled')) return 'canceled';
  if (results.includes('failed') || results.includes('abandoned')) return 'failed';
  return results.includes('succeededWithIssues') ? 'partiallySucceeded' : 'succeeded';
}

/** The job of one stage: its tasks, the work itself, and how it ends. */
import {
  ERROR_ATTACHMENT,
  STAGE_IDENTIFIERS,
  type ErrorAttachment,
  type SyncStage,
} from '../../../pipeline/contract.ts';
import { type Patience, REAL_PATIENCE } from '../../../agent/credential.ts';
import { StageError } from '../../../pipeline/stage.ts';
import type { RecordResult, RecordType, TimelineRecord } from '../build.ts';
import { newGuid } from '../guid.ts';
import { buildService } from '../identity.ts';
import { nowOf, type RunningJob } from '../world.ts';
import { agentOutput, jobEnvironment, type JobPlace } from './agent-job.ts';
import { appendLog, openLog } from './log.ts';
import { goOn, isCanceled, wait, type Run } from './run.ts';
import {
  addIssue,
  addRecord,
  branchOf,
  changeRecord,
  childrenOf,
  endRecord,
  recordId,
  stageRecord,
  startRecord,
  TASKS,
  WORK_NAMES,
  type TaskName,
} from './timeline.ts';

/** Sandbox milliseconds that every job takes, so that its states can be seen. */
const TASK_MS = {
  'Initialize job': 300,
  Checkout: 300,
  Run: 900,
  'Finalize Job': 150,
} as const satisfies Record<TaskName, number>;

/** How long a canceled job may go on before it is abandoned: `cancelTimeoutInMinutes`. */
const CANCEL_TIMEOUT_MS = 5 * 60_000;

const GENERIC_MESSAGE = 'Script failed with exit code: 1';
const UNKNOWN_CODE = 'STAGE_FAILED';

export async function runJob(run: Run, stage: SyncStage): Promise<RecordResult> {
  const { phase, job } = layJob(run, stage);
  const token: RunningJob = {
    build: run.build,
    jobId: job.id,
    token: newGuid(),
    identity: buildService(run.tenant.key.project),
  };
  run.jobs.add(token);
  let result: RecordResult = 'succeeded';
  try {
    for (const [index, name] of TASKS.entries()) {
      const task = addTask(run, job, { stage, name, order: index + 1 });
      const ended = await runTask(run, { stage, name, job, task, token });
      if (result === 'succeeded') result = ended;
    }
  } finally {
    run.jobs.delete(token);
  }
  for (const record of [job, phase]) endRecord(run.world, run.build, { record, result });
  return result;
}

/** A job that a restart interrupted starts over: its records are laid anew. */
function layJob(run: Run, stage: SyncStage): { phase: TimelineRecord; job: TimelineRecord } {
  const { world, build } = run;
  const parent = stageRecord(build, stage);
  const left = childrenOf(build.records, parent).filter(({ type }) => type === 'Phase');
  const gone = new Set(left.flatMap((phase) => branchOf(build.records, phase)));
  build.records = build.records.filter((candidate) => !gone.has(candidate));
  const lay = (above: TimelineRecord, type: RecordType, identifier: string) => {
    const laid = addRecord(world, build, { parent: above, type, name: 'Sync', identifier, order: 1 });
    changeRecord(world, build, { record: laid, previousAttempts: earlier(run, laid, parent) });
    startRecord(world, build, laid);
    return laid;
  };
  const phase = lay(parent, 'Phase', `${parent.identifier}.Sync`);
  const job = lay(phase, 'Job', `${parent.identifier}.Sync.__default`);
  changeRecord(world, build, { record: job, workerName: 'Azure Pipelines 2' });
  openLog(run, job);
  return { phase, job };
}

/** The same record in earlier attempts of its stage, as far as they came to it. */
function earlier({ build }: Run, { type, identifier }: TimelineRecord, stage: TimelineRecord) {
  return stage.previousAttempts
    .map((past) => ({ ...past, recordId: recordId(build, { type, identifier, attempt: past.attempt }) }))
    .filter((past) =>
      build.pastTimelines.some(
        ({ id, records }) => id === past.timelineId && records.some((record) => record.id === past.recordId),
      ),
    );
}

function addTask(
  run: Run,
  job: TimelineRecord,
  task: { stage: SyncStage; name: TaskName; order: number },
): TimelineRecord {
  const isWork = task.name === 'Run';
  const record = addRecord(run.world, run.build, {
    parent: job,
    type: 'Task',
    name: isWork ? WORK_NAMES[task.stage] : task.name,
    identifier: `${job.identifier}.${task.name.replaceAll(' ', '')}`,
    order: task.order,
  });
  if (isWork) changeRecord(run.world, run.build, { record, taskName: 'AzureCLI' });
  return record;
}

type TaskRun = JobPlace & { name: TaskName };

async function runTask(run: Run, task: TaskRun): Promise<RecordResult> {
  const { world, build } = run;
  if (isCanceled(run, task.stage) && task.name !== 'Finalize Job') {
    endRecord(world, build, { record: task.task, result: 'canceled' });
    return 'canceled';
  }
  startRecord(world, build, task.task);
  openLog(run, task.task);
  appendLog(run, task.task, `##[section]Starting: ${task.task.name}`);
  const result = task.name === 'Run' ? await work(run, task) : await idle(run, task);
  appendLog(run, task.task, `##[section]Finishing: ${task.task.name}`);
  endRecord(world, build, { record: task.task, result });
  return result;
}

async function idle(run: Run, { name, stage, task }: TaskRun): Promise<RecordResult> {
  if (name === 'Initialize job')
    appendLog(run, task, `Agent name: 'Azure Pipelines 2', job request of stage ${STAGE_IDENTIFIERS[stage]}`);
  if (name === 'Checkout') appendLog(run, task, `HEAD is now at ${run.build.sourceVersion.slice(0, 8)}`);
  await wait(run, TASK_MS[name]);
  return name !== 'Finalize Job' && isCanceled(run, stage) ? 'canceled' : 'succeeded';
}

async function work(run: Run, task: TaskRun): Promise<RecordResult> {
  try {
    await beforeWork(run, task.stage);
    const { write, outcome } = agentOutput(run, task);
    const exitCode = await untilAbandoned(run, runCommand(run, task, write));
    goOn(run);
    if (exitCode === 'abandoned' || run.build.hasLostAgent) return 'abandoned';
    if (exitCode !== 0)
      return isCanceled(run, task.stage) ? canceled(run, task.task) : exited(run, task.task);
    // What was done before the agent heard of the cancellation is done.
    if (outcome.changesNeeded !== undefined) run.build.changesNeeded = outcome.changesNeeded;
    return outcome.withIssues ? 'succeededWithIssues' : 'succeeded';
  } catch (error) {
    goOn(run);
    if (run.build.hasLostAgent) return 'abandoned';
    return isCanceled(run, task.stage) ? canceled(run, task.task) : failed(run, task, error);
  }
}

function runCommand(run: Run, task: TaskRun, write: (line: string) => void): Promise<number> {
  const { clock, runAgent } = run.world.options;
  return runAgent({
    args: [STAGE_IDENTIFIERS[task.stage].toLowerCase()],
    environment: jobEnvironment(run, task),
    write,
    patience: patienceAt(clock.timeScale),
    signal: run.signal,
  });
}

/** However fast the sandbox's clock runs, the API is asked no more often than this, and has time to start. */
function patienceAt(timeScale: number): Patience {
  const limit = (ms: number) => Math.max(10_000, ms / timeScale);
  return {
    refusedForMs: limit(REAL_PATIENCE.refusedForMs),
    unreachableForMs: limit(REAL_PATIENCE.unreachableForMs),
    msOfPause: (ms) => Math.max(200, ms / timeScale),
  };
}

/** The time that a stage takes by itself, and the behaviour that was set for the tenant. */
async function beforeWork(run: Run, stage: SyncStage): Promise<void> {
  const { slowStage, failStage } = run.tenant.behaviour;
  const slowerMs = slowStage?.stage === stage ? slowStage.ms : 0;
  await wait(run, TASK_MS.Run + slowerMs);
  run.signal.throwIfAborted();
  if (failStage?.stage === stage) throw new StageError(failStage.code ?? UNKNOWN_CODE, failStage.message);
}

async function untilAbandoned(run: Run, command: Promise<number>): Promise<number | 'abandoned'> {
  const { clock } = run.world.options;
  const over = new AbortController();
  const abandonment = new Promise<'abandoned'>((resolve) => {
    const patience = AbortSignal.any([over.signal, run.stopSignal]);
    const count = () => void clock.sleep(CANCEL_TIMEOUT_MS, patience).then(() => resolve('abandoned'));
    run.signal.addEventListener('abort', count, { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([command, abandonment]);
  } finally {
    over.abort();
  }
}

function canceled(run: Run, record: TimelineRecord): RecordResult {
  appendLog(run, record, '##[error]The operation was canceled.');
  addIssue(run.world, run.build, {
    record,
    type: 'error',
    category: 'General',
    message: 'The operation was canceled.',
    data: { type: 'error' },
  });
  return 'canceled';
}

/** A failure that was scripted for the tenant leaves what the command's own would. */
function failed(run: Run, { stage, task }: TaskRun, error: unknown): RecordResult {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof StageError ? error.code : UNKNOWN_CODE;
  const [firstLine = message] = message.split('\n');
  const { world, build } = run;
  for (const line of message.split('\n')) appendLog(run, task, `##[error]${line}`);
  const data = { type: 'error', code };
  addIssue(world, build, { record: task, type: 'error', category: 'General', message: firstLine, data });
  const whole: ErrorAttachment = { version: 1, code, message, stage };
  const content = JSON.stringify(whole);
  build.attachments.push({ timelineId: build.timelineId, recordId: task.id, ...ERROR_ATTACHMENT, content });
  return exited(run, task);
}

/** What the task adds to every failure. */
function exited(run: Run, task: TimelineRecord): RecordResult {
  const { world, build } = run;
  appendLog(run, task, `##[error]${GENERIC_MESSAGE}`);
  const data = { type: 'error', logFileLineNumber: '12' };
  const issue = { type: 'error', category: 'General', message: GENERIC_MESSAGE, data } as const;
  addIssue(world, build, { record: task, ...issue });
  changeRecord(world, build, { record: task, finishTime: nowOf(world) });
  return 'failed';
}

/** The command of the pipeline's steps: one stage, from its environment to its exit code. */
import { messageOf } from '../lib/errors.ts';
import { STAGE_IDENTIFIERS, SYNC_STAGES, syncRequestTag, type SyncStage } from '../pipeline/contract.ts';
import { runStage, type StageCode } from '../pipeline/run-stage.ts';
import { StageError, type StageOutcome } from '../pipeline/stage.ts';
import { agentContext, type AgentSurroundings } from './agent-context.ts';
import { type Environment, readJob } from './job.ts';
import { formatCommand } from './logging-commands.ts';

const WORDS = SYNC_STAGES.map((stage) => STAGE_IDENTIFIERS[stage].toLowerCase());

export const USAGE = `Usage: tenant-sync-agent ${WORDS.join('|')} [--what-if]

Runs one stage of a tenant's sync. It is started by the steps of the reference pipeline, whose environment says
which run, repository and tenant it is for.

  --what-if   prints what the stage would do, and does none of it
`;

export type AgentCall = AgentSurroundings & {
  args: readonly string[];
  environment: Environment;
  /** What the stages do; absent: what the pipeline does. */
  runStage?: StageCode;
};

/** 0: done, also in part; 1: failed, and why has been reported; 2: called in a way that is none. */
export async function runAgent({
  args,
  environment,
  runStage: code,
  ...surroundings
}: AgentCall): Promise<0 | 1 | 2> {
  const { write, signal } = surroundings;
  const stage = stageOf(args);
  if (!stage) {
    write(USAGE);
    return 2;
  }
  try {
    const job = readJob(environment);
    const context = await agentContext(job, surroundings, args.includes('--what-if'));
    if (stage === 'AUTHENTICATE' && isRequestId(job.syncRequestId))
      await context.report.addTag(syncRequestTag(job.syncRequestId));
    const outcome = await runStage(stage, context, code);
    tellOutcome(outcome, write);
    return 0;
  } catch (error) {
    if (signal.aborted) write('The stage was canceled.');
    else if (!(error instanceof StageError)) write(issue('AGENT', messageOf(error)));
    return 1;
  }
}

/** Only an id that the API made: anybody may start the pipeline with any text. */
const isRequestId = (id: string | null): id is string => id !== null && /^run_[0-9a-f]{32}$/.test(id);

function stageOf(args: readonly string[]): SyncStage | null {
  const [word, ...options] = args;
  if (options.some((option) => option !== '--what-if')) return null;
  return SYNC_STAGES.find((stage) => STAGE_IDENTIFIERS[stage].toLowerCase() === word) ?? null;
}

/** What the conditions of later stages ask for. */
function tellOutcome({ changesNeeded, withIssues }: StageOutcome, write: (line: string) => void): void {
  if (changesNeeded !== undefined) {
    const properties = { variable: 'changesNeeded', isOutput: 'true' };
    write(formatCommand({ name: 'task.setvariable', properties, text: String(changesNeeded) }));
  }
  if (withIssues) {
    const properties = { result: 'SucceededWithIssues' };
    write(formatCommand({ name: 'task.complete', properties, text: 'Some changes were not applied.' }));
  }
}

const issue = (code: string, text: string) =>
  formatCommand({ name: 'task.logissue', properties: { type: 'error', code }, text });

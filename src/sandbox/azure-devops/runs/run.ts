import { MODE_PARAMETERS, type SyncMode, type SyncStage } from '../../../pipeline/contract.ts';
import type { RunPhase, SandboxRun } from '../../contract.ts';
import type { Build } from '../build.ts';
import type { Tenant } from '../model.ts';
import { buildChanged, nowOf, type RunningJob, tenantOfBuild, type WorldWithoutAgents } from '../world.ts';

/** One agent's work on one run. */
export type Run = {
  world: WorldWithoutAgents;
  build: Build;
  tenant: Tenant;
  /** Aborts when somebody cancels, and when the sandbox stops. */
  signal: AbortSignal;
  /** Aborts only when the sandbox stops: the run is left as it is, to be taken up again. */
  stopSignal: AbortSignal;
  /** Lets the job's token act while the job runs. */
  jobs: Set<RunningJob>;
};

/** Unwinds an agent when the sandbox stops. */
export class SandboxStopped extends Error {}

export function goOn(run: Run): void {
  if (run.stopSignal.aborted) throw new SandboxStopped();
}

/** Sandbox milliseconds; shorter when somebody cancels. */
export async function wait(run: Run, ms: number): Promise<void> {
  await run.world.options.clock.sleep(ms, run.signal);
  goOn(run);
}

/** A run that is being canceled stays so, whatever its agent still does. */
export function setPhase(run: Run, phase: RunPhase): void {
  const { build, world } = run;
  if (build.phase === phase || (build.status === 'cancelling' && phase !== 'FINISHED')) return;
  build.phase = phase;
  build.phaseSince = nowOf(world);
  buildChanged(world, build);
}

export function modeOf(build: Build): SyncMode {
  const word = build.templateParameters['mode'];
  const modes = Object.keys(MODE_PARAMETERS) as SyncMode[];
  return modes.find((mode) => MODE_PARAMETERS[mode] === word) ?? 'FULL';
}

/** The run as scenarios see it. */
export function sandboxRunOf(world: WorldWithoutAgents, build: Build): SandboxRun {
  const { id, phase, result, reason, phaseSince } = build;
  const { key } = tenantOfBuild(world, build);
  return { ...key, buildId: id, phase, result, reason, mode: modeOf(build), since: new Date(phaseSince) };
}

export const isCanceled = ({ build }: Run, stage: SyncStage): boolean =>
  build.status === 'cancelling' || build.stagesToCancel.includes(stage);

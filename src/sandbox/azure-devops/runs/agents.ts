import type { SyncStage } from '../../../pipeline/contract.ts';
import { isOpen, type Build } from '../build.ts';
import { AZURE_DEVOPS } from '../identity.ts';
import {
  buildChanged,
  nowOf,
  tenantOfBuild,
  type Agents,
  type RunningJob,
  type WorldWithoutAgents,
} from '../world.ts';
import { isOpenApproval } from './decide-approval.ts';
import { SandboxStopped, setPhase, type Run } from './run.ts';
import { carryOut, runBuild } from './run-build.ts';
import { addIssue } from './timeline.ts';

/** How long a stop waits for stages that do not listen. */
const STOP_WITHIN_MS = 2000;

/** Gives every open run an agent, without a limit on how many work at a time. */
export class AgentPool implements Agents {
  readonly #world: WorldWithoutAgents;
  readonly #running = new Map<number, { cancel: AbortController; done: Promise<void> }>();
  readonly #jobs = new Set<RunningJob>();
  readonly #stop = new AbortController();

  constructor(world: WorldWithoutAgents) {
    this.#world = world;
  }

  /** Takes up the runs that an earlier process left open. */
  resume(): void {
    for (const build of this.#world.builds.values()) if (isOpen(build)) this.start(build);
  }

  start(build: Build): void {
    if (this.#stop.signal.aborted) return;
    const cancel = new AbortController();
    if (build.status === 'cancelling') cancel.abort();
    const run = this.#runOf(build, AbortSignal.any([cancel.signal, this.#stop.signal]));
    const entry = { cancel, done: this.#work(run).finally(() => this.#forget(build, entry)) };
    this.#running.set(build.id, entry);
  }

  async runBeside(build: Build, stage: SyncStage): Promise<void> {
    const { phase } = build;
    const run = this.#runOf(build, this.#stop.signal);
    await carryOut(run, stage);
    // Its job said that the run is at work. Where the gate is open still, it waits as before.
    if (build.approvals.some(isOpenApproval)) setPhase(run, phase);
  }

  #runOf(build: Build, signal: AbortSignal): Run {
    return {
      world: this.#world,
      build,
      tenant: tenantOfBuild(this.#world, build),
      signal,
      stopSignal: this.#stop.signal,
      jobs: this.#jobs,
    };
  }

  cancel(build: Build): void {
    this.#running.get(build.id)?.cancel.abort();
  }

  jobOfToken(token: string): RunningJob | null {
    for (const job of this.#jobs) if (job.token === token) return job;
    return null;
  }

  /** Open runs stay as they are. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const agents = Promise.all([...this.#running.values()].map(({ done }) => done));
    const patience = new AbortController();
    const { clock } = this.#world.options;
    await Promise.race([agents, clock.sleep(STOP_WITHIN_MS * clock.timeScale, patience.signal)]);
    patience.abort();
  }

  #forget(build: Build, entry: unknown): void {
    if (this.#running.get(build.id) === entry) this.#running.delete(build.id);
  }

  /** A bug of the sandbox ends the run, visibly, instead of leaving it open for ever. */
  async #work(run: Run): Promise<void> {
    try {
      await runBuild(run);
    } catch (error) {
      if (error instanceof SandboxStopped) return;
      const { build, world } = run;
      const message = `The sandbox's agent failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      const [record] = build.records;
      if (record) addIssue(world, build, { record, type: 'error', category: 'General', message, data: {} });
      const at = nowOf(world);
      Object.assign(build, {
        status: 'completed',
        result: 'failed',
        finishTime: at,
        phase: 'FINISHED',
        phaseSince: at,
      });
      buildChanged(world, build, AZURE_DEVOPS);
    }
  }
}

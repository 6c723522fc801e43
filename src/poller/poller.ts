import { AzureDevOpsError } from '../azure-devops/azure-devops-error.ts';
import { projectLooks } from '../azure-devops/azure-devops.table.ts';
import type { ProjectRef } from '../azure-devops/port.ts';
import { whilePolling } from '../azure-devops/priority.ts';
import { messageOf } from '../lib/errors.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import type { Services } from '../sync-runs/services.ts';
import { type Cadence, neededEveryMs, withJitter } from './cadence.ts';
import type { Hint } from './hints.ts';
import { HookTrust } from './hook-trust.ts';
import { inSpan } from '../telemetry/tracing.ts';
import { lookAtProject, type LookOptions } from './look-at-project.ts';

export type PollerOptions = {
  services: Services;
  projects: readonly ProjectRef[];
  cadence: Cadence;
  /** Whether somebody subscribes now. */
  isWatched(): boolean;
};

const LONGEST_BACK_OFF_MS = 60_000;
/** A storm of hints makes one look a second, not one look a hint. */
const LEAST_PAUSE_MS = 1_000;

/** Looks at every project in its own loop; a project that fails slows down only itself. */
export class Poller implements AsyncDisposable {
  readonly #options: PollerOptions;
  readonly #stop = new AbortController();
  readonly #loops: ProjectLoop[];

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#loops = options.projects.map((project) => new ProjectLoop(options, project, this.#stop.signal));
  }

  start(): void {
    for (const loop of this.#loops) loop.start();
  }

  /** Looks at the project at once, or again right after the look that is under way; at that run in any case. */
  lookSoon(project: ProjectRef, buildId?: number | null): void {
    this.#loops.find((loop) => loop.isOf(project))?.hurry(buildId ?? null);
  }

  /** Somebody says that something moved: the project is looked at soon, whatever it was. */
  hear({ project, buildId }: Hint): void {
    for (const loop of this.#loops) if (project === null || loop.isOf(project)) loop.hear(buildId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops.map((loop) => loop.ended));
    this.#options.services.logger.debug('The poller stopped.');
  }
}

class ProjectLoop {
  readonly #options: PollerOptions;
  readonly #project: ProjectRef;
  readonly #signal: AbortSignal;
  readonly #hooks = new HookTrust();
  #ended: Promise<void> = Promise.resolve();
  #hurry = new AbortController();
  #hinted = new Set<number>();
  readonly #underWay: LookOptions['underWay'] = new Map();
  #looks = 0;
  #fullLookAt = -Infinity;
  #failures = 0;

  constructor(options: PollerOptions, project: ProjectRef, signal: AbortSignal) {
    this.#options = options;
    this.#project = project;
    this.#signal = signal;
  }

  get ended(): Promise<void> {
    return this.#ended;
  }

  isOf(project: ProjectRef): boolean {
    return project.organization === this.#project.organization && project.project === this.#project.project;
  }

  start(): void {
    this.#ended = this.#run();
  }

  hurry(buildId: number | null): void {
    if (buildId !== null) this.#hinted.add(buildId);
    this.#hurry.abort();
  }

  hear(buildId: number | null): void {
    if (buildId !== null) this.#hooks.hear(buildId, performance.now());
    this.hurry(buildId);
  }

  async #run(): Promise<void> {
    const { cadence } = this.#options;
    while (!this.#signal.aborted) {
      this.#hurry = new AbortController();
      const startedAt = performance.now();
      const { waitMs, isFixed } = await this.#look();
      const leastMs = Math.min(LEAST_PAUSE_MS, cadence.watchedEveryMs) - (performance.now() - startedAt);
      // A deadline that Azure named is not shortened by any hint.
      await pause(Math.max(0, isFixed ? waitMs : leastMs), this.#signal);
      if (!isFixed) await pause(waitMs, AbortSignal.any([this.#signal, this.#hurry.signal]));
    }
    await Promise.all(this.#underWay.values());
  }

  /** Never throws; tells how long to wait before the next look. */
  async #look(): Promise<{ waitMs: number; isFixed: boolean }> {
    const { services, cadence } = this.#options;
    const startedAt = performance.now();
    const isFull = startedAt - this.#fullLookAt >= cadence.fullEveryMs;
    const hinted = this.#hinted;
    this.#hinted = new Set();
    try {
      const options = { isFull, hinted, number: this.#looks++, underWay: this.#underWay };
      const { openRuns, shown } = await inSpan('look at project', { attributes: { ...this.#project } }, () =>
        whilePolling(() => lookAtProject(services, this.#project, options)),
      );
      if (isFull) this.#fullLookAt = startedAt;
      this.#failures = 0;
      this.#hooks.show(shown, performance.now());
      const untilFullMs = this.#fullLookAt + cadence.fullEveryMs - startedAt;
      const isHooked = this.#hooks.isProven(performance.now());
      const needMs = neededEveryMs(cadence, { openRuns, isWatched: this.#options.isWatched(), isHooked });
      return { waitMs: Math.min(withJitter(needMs), untilFullMs), isFixed: false };
    } catch (error) {
      for (const buildId of hinted) this.#hinted.add(buildId);
      return this.#noteFailure(error);
    }
  }

  async #noteFailure(error: unknown): Promise<{ waitMs: number; isFixed: boolean }> {
    const { services, cadence } = this.#options;
    const { organization, project } = this.#project;
    const problem = messageOf(error);
    const failures = ++this.#failures;
    services.logger.warn('A project could not be looked at.', { organization, project, problem, failures });
    const seen = { problem: problem.slice(0, 1_000) };
    await services.db
      .insert(projectLooks)
      .values({ organization, project, ...seen })
      .onConflictDoUpdate({ target: [projectLooks.organization, projectLooks.project], set: seen })
      .catch(() => undefined);
    const named = error instanceof AzureDevOpsError ? error.retryAfterMs : null;
    const waitMs = backOffMs(failures, cadence.activeEveryMs, LONGEST_BACK_OFF_MS);
    return named === null ? { waitMs, isFixed: false } : { waitMs: Math.max(named, waitMs), isFixed: true };
  }
}

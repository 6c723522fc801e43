import { projectLooks } from '../azure-devops/azure-devops.table.ts';
import type { ProjectRef } from '../azure-devops/port.ts';
import { messageOf } from '../lib/errors.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import type { Services } from '../sync-runs/services.ts';
import { lookAtProject } from './look-at-project.ts';

/** How often a project is looked at, by need. */
export type Cadence = {
  /** A run is open and somebody subscribes. */
  watchedEveryMs: number;
  /** A run is open. */
  activeEveryMs: number;
  idleEveryMs: number;
  /** Tenants are discovered anew. */
  discoverEveryMs: number;
};

export type PollerOptions = {
  services: Services;
  projects: readonly ProjectRef[];
  cadence: Cadence;
  /** Whether somebody subscribes now. */
  isWatched(): boolean;
};

const LONGEST_BACK_OFF_MS = 60_000;

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

  /** Looks at the project at once, or again right after the look that is under way. */
  lookSoon(project: ProjectRef): void {
    this.#loops.find((loop) => loop.isOf(project))?.hurry();
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
  #ended: Promise<void> = Promise.resolve();
  #hurry = new AbortController();
  #discoveredAt = -Infinity;
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

  hurry(): void {
    this.#hurry.abort();
  }

  async #run(): Promise<void> {
    while (!this.#signal.aborted) {
      this.#hurry = new AbortController();
      const waitMs = await this.#look();
      await pause(waitMs, AbortSignal.any([this.#signal, this.#hurry.signal]));
    }
  }

  /** Never throws; returns how long to wait before the next look. */
  async #look(): Promise<number> {
    const { services, cadence } = this.#options;
    const startedAt = performance.now();
    const discover = startedAt - this.#discoveredAt >= cadence.discoverEveryMs;
    try {
      const { openRuns } = await lookAtProject(services, this.#project, { discover });
      if (discover) this.#discoveredAt = startedAt;
      this.#failures = 0;
      if (openRuns === 0) return withJitter(cadence.idleEveryMs);
      return withJitter(this.#options.isWatched() ? cadence.watchedEveryMs : cadence.activeEveryMs);
    } catch (error) {
      return this.#noteFailure(messageOf(error));
    }
  }

  async #noteFailure(problem: string): Promise<number> {
    const { services, cadence } = this.#options;
    const { organization, project } = this.#project;
    this.#failures++;
    services.logger.warn('A project could not be looked at.', {
      organization,
      project,
      problem,
      failures: this.#failures,
    });
    const seen = { problem: problem.slice(0, 1_000) };
    await services.db
      .insert(projectLooks)
      .values({ organization, project, ...seen })
      .onConflictDoUpdate({ target: [projectLooks.organization, projectLooks.project], set: seen })
      .catch(() => undefined);
    return backOffMs(this.#failures, cadence.activeEveryMs, LONGEST_BACK_OFF_MS);
  }
}

/** A tenth either way, so that the loops of many projects do not fall into step. */
const withJitter = (ms: number) => ms * (0.9 + Math.random() * 0.2);

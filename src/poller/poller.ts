import type { ProjectRef } from '../azure-devops/port.ts';
import type { Services } from '../sync-runs/services.ts';
import type { Cadence } from './cadence.ts';
import type { Hint } from './hints.ts';
import { ProjectLoop } from './project-loop.ts';

export type PollerOptions = {
  services: Services;
  projects: readonly ProjectRef[];
  cadence: Cadence;
  /** Whether somebody subscribes now. */
  isWatched(): boolean;
};

/**
 * Looks at every project in its own loop; a project that fails slows down only itself. Of many instances one looks at a
 * project at a time.
 */
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

  /** The project is looked at soon, by whichever instance does; at that run in any case. */
  lookSoon(project: ProjectRef, buildId?: number | null): void {
    this.#loops.find((loop) => loop.isOf(project))?.lookSoon(buildId ?? null);
  }

  /** Somebody says that something moved: the project is looked at soon, whatever it was. */
  hear(hint: Hint): void {
    const { project } = hint;
    for (const loop of this.#loops) if (project === null || loop.isOf(project)) loop.hear(hint);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops.map((loop) => loop.ended));
    this.#options.services.logger.debug('The poller stopped.');
  }
}

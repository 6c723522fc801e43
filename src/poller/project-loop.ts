import { AzureDevOpsError } from '../azure-devops/azure-devops-error.ts';
import type { ProjectRef } from '../azure-devops/port.ts';
import { whilePolling } from '../azure-devops/priority.ts';
import { type Held, whileHolding } from '../database/lease.ts';
import { messageOf } from '../lib/errors.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import type { Services } from '../sync-runs/services.ts';
import { inSpan } from '../telemetry/tracing.ts';
import { neededEveryMs, withJitter } from './cadence.ts';
import { type Hint, tellDeed } from './hints.ts';
import { HookTrust } from './hook-trust.ts';
import { isWatchedElsewhere, noteProblem, noteWatched } from './known-runs.ts';
import { lookAtProject, type LookOptions } from './look-at-project.ts';
import type { PollerOptions } from './poller.ts';

const LONGEST_BACK_OFF_MS = 60_000;
/** A storm of hints makes one look a second, not one look a hint. */
const LEAST_PAUSE_MS = 1_000;

type Wait = { waitMs: number; isFixed: boolean };

/** The looks at one project, while this instance holds its lease. */
export class ProjectLoop {
  readonly #options: PollerOptions;
  readonly #project: ProjectRef;
  readonly #signal: AbortSignal;
  readonly #hooks = new HookTrust();
  #ended: Promise<void> = Promise.resolve();
  #hurry = new AbortController();
  #hinted = new Set<number>();
  readonly #underWay: LookOptions['underWay'] = new Map();
  #isLooking = false;
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
    const { db, logger } = this.#options.services;
    const { organization, project } = this.#project;
    this.#ended = whileHolding(
      {
        ...{ db, logger, signal: this.#signal, name: `look/${organization}/${project}` },
        onHeldElsewhere: async () => {
          if (this.#options.isWatched()) await noteWatched(db, this.#project);
        },
      },
      (held) => this.#lookWhile(held),
    );
  }

  /** Something was done there by this instance: it looks at once, or tells the one that does. */
  lookSoon(buildId: number | null): void {
    const { db, logger } = this.#options.services;
    if (this.#isLooking) return this.#lookAtOnce(buildId);
    tellDeed(db, this.#project, buildId).catch((error: unknown) =>
      logger.warn('A look could not be asked for; the next one comes by itself.', {
        reason: messageOf(error),
      }),
    );
  }

  hear({ buildId, isHook }: Hint): void {
    if (isHook && buildId !== null) this.#hooks.hear(buildId, performance.now());
    if (this.#isLooking) this.#lookAtOnce(buildId);
  }

  #lookAtOnce(buildId: number | null): void {
    if (buildId !== null) this.#hinted.add(buildId);
    this.#hurry.abort();
  }

  async #lookWhile({ db, signal }: Held): Promise<void> {
    const { cadence } = this.#options;
    const services = { ...this.#options.services, db };
    this.#fullLookAt = -Infinity;
    this.#isLooking = true;
    while (!signal.aborted) {
      this.#hurry = new AbortController();
      const startedAt = performance.now();
      const { waitMs, isFixed } = await this.#look(services);
      const leastMs = Math.min(LEAST_PAUSE_MS, cadence.watchedEveryMs) - (performance.now() - startedAt);
      // A deadline that Azure named is not shortened by any hint.
      await pause(Math.max(0, isFixed ? waitMs : leastMs), signal);
      if (!isFixed) await pause(waitMs, AbortSignal.any([signal, this.#hurry.signal]));
    }
    this.#isLooking = false;
    await Promise.all(this.#underWay.values());
  }

  /** Never throws; tells how long to wait before the next look. */
  async #look(services: Services): Promise<Wait> {
    const { cadence } = this.#options;
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
      const isWatched = openRuns > 0 && (await this.#isWatched(services));
      const needMs = neededEveryMs(cadence, { openRuns, isWatched, isHooked });
      return { waitMs: Math.min(withJitter(needMs), untilFullMs), isFixed: false };
    } catch (error) {
      for (const buildId of hinted) this.#hinted.add(buildId);
      return this.#noteFailure(services, error);
    }
  }

  async #isWatched({ db }: Services): Promise<boolean> {
    return this.#options.isWatched() || isWatchedElsewhere(db, this.#project);
  }

  async #noteFailure({ db, logger }: Services, error: unknown): Promise<Wait> {
    const { organization, project } = this.#project;
    const problem = messageOf(error);
    const failures = ++this.#failures;
    logger.warn('A project could not be looked at.', { organization, project, problem, failures });
    await noteProblem(db, this.#project, problem.slice(0, 1_000)).catch(() => undefined);
    const named = error instanceof AzureDevOpsError ? error.retryAfterMs : null;
    const waitMs = backOffMs(failures, this.#options.cadence.activeEveryMs, LONGEST_BACK_OFF_MS);
    return named === null ? { waitMs, isFixed: false } : { waitMs: Math.max(named, waitMs), isFixed: true };
  }
}

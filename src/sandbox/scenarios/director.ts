import { messageOf } from '../../lib/errors.ts';
import { keepError } from './keep-error.ts';
import { keepInProgress, keepPendingAuthentication, keepStarting } from './keep-moving.ts';
import { keepPendingApproval } from './keep-pending-approval.ts';
import { keepIdle, keepNotRun } from './keep-quiet.ts';
import { type Scenario, Theatre, type TheatreParts } from './theatre.ts';

/** Wall milliseconds between two looks; a status is renewed long before it ends. */
const LOOK_EVERY_MS = 1000;

/** Keeps every status on show, for as long as it runs. */
export class Director {
  readonly #theatre: Theatre;
  readonly #scenarios: readonly Scenario[];
  readonly #stopped = new AbortController();
  readonly #loop: Promise<void>;
  #isPaused = false;
  #look: Promise<void> = Promise.resolve();

  constructor(parts: TheatreParts, { signInWindowMs }: { signInWindowMs: number }) {
    this.#theatre = new Theatre(parts);
    this.#scenarios = [
      keepIdle,
      keepNotRun,
      keepStarting,
      keepInProgress,
      keepError,
      keepPendingAuthentication(signInWindowMs),
      keepPendingApproval,
    ];
    this.#loop = this.#run();
  }

  /** Runs the act while no scenario does anything. */
  async whilePaused(act: () => Promise<void>): Promise<void> {
    this.#isPaused = true;
    try {
      await this.#look;
      await act();
    } finally {
      this.#isPaused = false;
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock } = this.#theatre.parts;
    while (!this.#stopped.signal.aborted) {
      if (!this.#isPaused) this.#look = this.#lookOnce();
      await this.#look;
      await clock.sleep(LOOK_EVERY_MS * clock.timeScale, this.#stopped.signal);
    }
  }

  // One scenario that stumbles must not take the others' statuses off the stage.
  async #lookOnce(): Promise<void> {
    for (const scenario of this.#scenarios) {
      try {
        await scenario(this.#theatre);
      } catch (error) {
        this.#theatre.parts.logger.warn('A scenario stumbled and is tried again.', {
          error: messageOf(error),
        });
      }
    }
  }
}

import type { SignInAnswer } from '../azure-devops/sign-in.ts';
import { messageOf } from '../lib/errors.ts';
import { pause } from '../lib/pause.ts';
import { settleSignIn } from './settle-sign-in.ts';
import {
  endTurn,
  forgetEndedFlows,
  keepTurn,
  openFlow,
  takeTurns,
  type Turn,
  TURN_MS,
} from './sign-in-flows.ts';
import type { SignInServices } from './start-sign-in.ts';

/** With a turn's length: how long a sign-in waits for somebody when the process that asked was killed. */
const LOOK_EVERY_MS = 1_000;
const KEEP_EVERY_MS = TURN_MS / 4;
const MOST_AT_A_TIME = 20;
/** Whoever signs in while the program stops is found by the next process. */
const FINISH_WITHIN_MS = 3_000;

/** Asks Entra whether somebody signed in, for all runs that wait. Any number of instances share that. */
export class SignInDesk implements AsyncDisposable {
  readonly #services: SignInServices;
  readonly #asking = new Set<Promise<void>>();
  readonly #end = new AbortController();
  readonly #loop: Promise<void>;

  constructor(services: SignInServices) {
    this.#services = services;
    this.#loop = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#loop;
    const over = new AbortController();
    const asked = Promise.all(this.#asking).finally(() => over.abort());
    await Promise.race([asked, pause(FINISH_WITHIN_MS, over.signal)]);
  }

  async #run(): Promise<void> {
    const { db, logger } = this.#services;
    while (!this.#end.signal.aborted) {
      try {
        await forgetEndedFlows(db);
        const atMost = MOST_AT_A_TIME - this.#asking.size;
        for (const turn of await takeTurns(db, { atMost })) this.#begin(turn);
      } catch (error) {
        logger.warn('Sign-ins could not be looked after; trying again.', { error: messageOf(error) });
      }
      await pause(LOOK_EVERY_MS, this.#end.signal);
    }
  }

  #begin(turn: Turn): void {
    const done = this.#ask(turn)
      .catch((error: unknown) =>
        this.#services.logger.warn('An answer about a sign-in could not be stored; it is asked for again.', {
          run: turn.runId,
          error: messageOf(error),
        }),
      )
      .finally(() => this.#asking.delete(done));
    this.#asking.add(done);
  }

  async #ask(turn: Turn): Promise<void> {
    const answer = await this.#answerTo(turn);
    await (answer.kind === 'waiting'
      ? endTurn(this.#services.db, turn, answer)
      : settleSignIn(this.#services, turn, answer));
  }

  async #answerTo(turn: Turn): Promise<SignInAnswer> {
    if (turn.isOver)
      return { kind: 'expired', message: 'Nobody signed in before the sign-in window closed.' };
    const { signIn, seal } = this.#services;
    const over = new AbortController();
    const kept = this.#keep(turn, over.signal);
    try {
      return await signIn.askAboutCode(turn.account, openFlow(seal, turn));
    } catch (error) {
      // Only what was sealed with a key that is gone.
      return { kind: 'failed', message: messageOf(error) };
    } finally {
      over.abort();
      await kept;
    }
  }

  async #keep(turn: Turn, over: AbortSignal): Promise<void> {
    for (;;) {
      await pause(KEEP_EVERY_MS, over);
      if (over.aborted) return;
      // Where it fails, another process asks, too: of two answers one counts.
      await keepTurn(this.#services.db, turn).catch(() => undefined);
    }
  }
}

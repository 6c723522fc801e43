import type { IncomingHttpHeaders } from 'node:http';
import { AzureDevOpsError, awayError, heldError, retryAfterMs } from './azure-devops-error.ts';
import { isPolling } from './priority.ts';
import { LONGEST_WAIT_MS } from './retry-pause.ts';

export type ThrottleOptions = {
  /** Pause after a refused credential that throttling explains; 5 s by default. */
  recoveryMs?: number;
  /** First pause of the circuit; doubles up to 30 s. 1 s by default. */
  firstOpenMs?: number;
};

type Waiting = { isPolling: boolean; start: () => void; fail: (error: Error) => void; what: string };

/** A change set of thousands of files must not open thousands of connections. */
const MOST_AT_ONCE = 16;
/** Polls that stall (Azure delays answers by up to 30 s) leave room for what people wait for. */
const MOST_POLLS_AT_ONCE = 12;
const LONGEST_POLL_WAIT_MS = 1_000;
const LONGEST_OPEN_MS = 30_000;
const FAILURES_TO_OPEN = 5;
/** For so long after it throttled, Azure has been seen to answer 401 to good tokens. */
const ECHO_MS = 60_000;

/**
 * When one identity may ask one organisation. Nothing is sent before a time that Azure named; people's requests go
 * before polls; and when Azure is away, requests fail at once until a single one has got through.
 */
export class Throttle {
  readonly #recoveryMs: number;
  readonly #firstOpenMs: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #runningPolls = 0;
  #notBefore = 0;
  #pollsNotBefore = 0;
  #throttledAt = -Infinity;
  #failures = 0;
  #openUntil: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor({ recoveryMs = 5_000, firstOpenMs = 1_000 }: ThrottleOptions = {}) {
    this.#recoveryMs = recoveryMs;
    this.#firstOpenMs = firstOpenMs;
  }

  async run<T>(what: string, work: () => Promise<T>): Promise<T> {
    const polls = isPolling();
    await this.#turn(what, polls);
    try {
      const result = await work();
      this.#noteAnswer();
      return result;
    } catch (error) {
      if (isAway(error)) this.#noteFailure();
      else this.#noteAnswer();
      throw error;
    } finally {
      this.#running--;
      if (polls) this.#runningPolls--;
      this.#pump();
    }
  }

  /** Every answer's headers, whatever its status: Azure also names a deadline on a success. */
  note(headers: IncomingHttpHeaders): void {
    const named = retryAfterMs(textOf(headers['retry-after']));
    const delayMs = Number(textOf(headers['x-ratelimit-delay']) ?? 0) * 1_000;
    if (named === null && !(delayMs > 0)) return;
    this.#throttledAt = performance.now();
    if (named !== null) this.#hold(named);
    // The answer was held back: polls make room before it gets worse.
    if (delayMs > 0) this.#pollsNotBefore = Math.max(this.#pollsNotBefore, performance.now() + delayMs);
  }

  /** How long to wait after a refused credential; null when no throttling explains it. */
  pauseAfterRefusal(): number | null {
    if (performance.now() - this.#throttledAt > ECHO_MS) return null;
    this.#hold(this.#recoveryMs);
    return this.#recoveryMs;
  }

  #hold(ms: number): void {
    this.#notBefore = Math.max(this.#notBefore, performance.now() + ms);
    for (const one of this.#waiting.splice(0)) {
      if (this.#waitMs(one.isPolling) > longest(one.isPolling)) one.fail(this.#held(one));
      else this.#waiting.push(one);
    }
  }

  #turn(what: string, polls: boolean): Promise<void> {
    const restMs = (this.#openUntil ?? 0) - performance.now();
    if (restMs > 0) return Promise.reject(awayError(what, restMs));
    if (this.#waitMs(polls) > longest(polls)) return Promise.reject(this.#held({ what, isPolling: polls }));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ what, isPolling: polls, start: resolve, fail: reject });
      this.#pump();
    });
  }

  #pump(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#running++;
      if (next.isPolling) this.#runningPolls++;
      next.start();
    }
    clearTimeout(this.#timer);
    const waits = this.#waiting.map((one) => this.#waitMs(one.isPolling)).filter((waitMs) => waitMs > 0);
    // A timer may fire a moment early, and nothing may be sent before the time.
    if (waits.length > 0) this.#timer = setTimeout(() => this.#pump(), Math.ceil(Math.min(...waits)) + 1);
  }

  /** Whose turn it is; after a failure one request finds out, before the others follow. */
  #next(): Waiting | undefined {
    const isProbing = this.#openUntil !== null;
    if (this.#running >= (isProbing ? 1 : MOST_AT_ONCE)) return undefined;
    return (
      this.#waiting.find((one) => !one.isPolling && this.#waitMs(false) <= 0) ??
      this.#waiting.find(
        (one) => one.isPolling && this.#waitMs(true) <= 0 && this.#runningPolls < MOST_POLLS_AT_ONCE,
      )
    );
  }

  #waitMs(polls: boolean): number {
    const from = polls ? Math.max(this.#notBefore, this.#pollsNotBefore) : this.#notBefore;
    return from - performance.now();
  }

  #held({ what, isPolling: polls }: Pick<Waiting, 'what' | 'isPolling'>): AzureDevOpsError {
    return heldError(what, this.#waitMs(polls));
  }

  #noteAnswer(): void {
    this.#failures = 0;
    this.#openUntil = null;
  }

  #noteFailure(): void {
    this.#failures++;
    if (this.#failures < FAILURES_TO_OPEN && this.#openUntil === null) return;
    const times = Math.max(0, this.#failures - FAILURES_TO_OPEN);
    const openMs = Math.min(LONGEST_OPEN_MS, this.#firstOpenMs * 2 ** times);
    this.#openUntil = performance.now() + openMs;
    for (const one of this.#waiting.splice(0)) one.fail(awayError(one.what, openMs));
  }
}

const longest = (polls: boolean) => (polls ? LONGEST_POLL_WAIT_MS : LONGEST_WAIT_MS);

/** No answer, or one that says that Azure itself is broken. A deadline that it named is no failure. */
function isAway(error: unknown): boolean {
  if (!(error instanceof AzureDevOpsError) || !error.isRetryable || error.retryAfterMs !== null) return false;
  return error.statusCode === undefined || error.statusCode >= 500;
}

const textOf = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

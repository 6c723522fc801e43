import type { LoggedEvent } from './event.ts';
import type { EventFilter } from './event-filter.ts';

type Sleeper = (unconcernedUntil: bigint) => void;

const EVERYTHING = '*';
const MOST_KEYS = 50;

/** Where subscribers wait, by tenant or run: an event wakes only those whom it may concern. */
export class WaitingRoom {
  readonly #byKey = new Map<string, Set<Sleeper>>();
  readonly #position: () => bigint;

  /** `position` answers how far events have been told. */
  constructor(position: () => bigint) {
    this.#position = position;
  }

  /**
   * Waits until something may match, for `quietAfterMs` at most, or until the signal aborts. Answers the position up
   * to which nothing matched since.
   */
  sleep(filter: EventFilter, quietAfterMs: number | undefined, signal: AbortSignal): Promise<bigint> {
    const keys = keysOf(filter);
    return new Promise((done) => {
      const wake: Sleeper = (unconcernedUntil) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
        for (const key of keys) this.#leave(key, wake);
        done(unconcernedUntil);
      };
      const leave = () => wake(0n);
      const timer =
        quietAfterMs === undefined
          ? undefined
          : setTimeout(() => wake(this.#position()), Math.max(0, quietAfterMs));
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave);
      for (const key of keys) this.#enter(key, wake);
    });
  }

  /** Wakes those whom these events may concern; `from` is the position before the first of them. */
  tell(events: readonly LoggedEvent[], from: bigint): void {
    const keys = new Set<string>([EVERYTHING]);
    for (const { tenantId, runId } of events) {
      keys.add(tenantId);
      if (runId) keys.add(runId);
    }
    for (const key of keys) this.#wake(key, from);
  }

  wakeAll(from: bigint): void {
    for (const key of [...this.#byKey.keys()]) this.#wake(key, from);
  }

  #wake(key: string, from: bigint): void {
    for (const sleeper of [...(this.#byKey.get(key) ?? [])]) sleeper(from);
  }

  #enter(key: string, sleeper: Sleeper): void {
    const others = this.#byKey.get(key);
    if (others) others.add(sleeper);
    else this.#byKey.set(key, new Set([sleeper]));
  }

  #leave(key: string, sleeper: Sleeper): void {
    const others = this.#byKey.get(key);
    others?.delete(sleeper);
    if (others?.size === 0) this.#byKey.delete(key);
  }
}

/** Every event that matches the filter has one of these as its tenant or run. */
function keysOf({ runId, tenantIds, visibleTenants }: EventFilter): readonly string[] {
  if (runId) return [runId];
  const tenants = tenantIds ?? (visibleTenants === 'ALL' ? undefined : [...visibleTenants]);
  return tenants && tenants.length <= MOST_KEYS ? tenants : [EVERYTHING];
}

import type { LoggedEvent } from './event.ts';
import type { EventFilter } from './event-filter.ts';

/** Told that something may concern it; `from` is the position before that: nothing up to there did. */
export type Waker = (from: bigint) => void;

const EVERYTHING = '*';
/** Of no event: only what concerns everybody wakes whoever asked for no tenant at all. */
const NOTHING = '';
const MOST_KEYS = 50;

/** Where subscribers are known by tenant or run: an event wakes only those whom it may concern. */
export class WaitingRoom {
  readonly #byKey = new Map<string, Set<Waker>>();

  /** Answers how to leave. */
  enter(filter: EventFilter, waker: Waker): () => void {
    const keys = keysOf(filter);
    for (const key of keys) this.#enter(key, waker);
    return () => {
      for (const key of keys) this.#leave(key, waker);
    };
  }

  /** Wakes those whom these events may concern, once or more; `from` is the position before the first of them. */
  tell(events: readonly LoggedEvent[], from: bigint): void {
    const keys = new Set<string>([EVERYTHING]);
    for (const { tenantId, runId } of events) {
      keys.add(tenantId);
      if (runId) keys.add(runId);
    }
    for (const key of keys) this.#wake(key, from);
  }

  wakeAll(from: bigint): void {
    for (const key of this.#byKey.keys()) this.#wake(key, from);
  }

  #wake(key: string, from: bigint): void {
    for (const wake of this.#byKey.get(key) ?? []) wake(from);
  }

  #enter(key: string, waker: Waker): void {
    const others = this.#byKey.get(key);
    if (others) others.add(waker);
    else this.#byKey.set(key, new Set([waker]));
  }

  #leave(key: string, waker: Waker): void {
    const others = this.#byKey.get(key);
    others?.delete(waker);
    if (others?.size === 0) this.#byKey.delete(key);
  }
}

/** Every event that matches the filter has one of these as its tenant or run. */
function keysOf({ runId, tenantIds, visibleTenants }: EventFilter): readonly string[] {
  if (runId) return [runId];
  const tenants = tenantIds ?? (visibleTenants === 'ALL' ? undefined : [...visibleTenants]);
  if (!tenants || tenants.length > MOST_KEYS) return [EVERYTHING];
  return tenants.length > 0 ? tenants : [NOTHING];
}

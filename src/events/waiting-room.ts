import type { LoggedEvent } from './event.ts';
import type { EventFilter } from './event-filter.ts';

/** `news`: something may match, all of it behind `from`. `quiet`: nothing came for so long. `over`: stop. */
export type Awakening = { kind: 'news'; from: bigint } | { kind: 'quiet' } | { kind: 'over' };

type Sleeper = (awakening: Awakening) => void;

const EVERYTHING = '*';
const MOST_KEYS = 50;

/** Where subscribers wait, by tenant or run: an event wakes only those whom it may concern. */
export class WaitingRoom {
  readonly #byKey = new Map<string, Set<Sleeper>>();

  sleep(filter: EventFilter, quietAfterMs: number | undefined, signal: AbortSignal): Promise<Awakening> {
    const keys = keysOf(filter);
    return new Promise((done) => {
      if (signal.aborted) return done({ kind: 'over' });
      const wake: Sleeper = (awakening) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        for (const key of keys) this.#leave(key, wake);
        done(awakening);
      };
      const abort = () => wake({ kind: 'over' });
      const timer =
        quietAfterMs === undefined ? undefined : setTimeout(wake, quietAfterMs, { kind: 'quiet' });
      signal.addEventListener('abort', abort);
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
    for (const key of keys) this.#wake(key, { kind: 'news', from });
  }

  wakeAll(awakening: Awakening): void {
    for (const key of [...this.#byKey.keys()]) this.#wake(key, awakening);
  }

  #wake(key: string, awakening: Awakening): void {
    for (const sleeper of [...(this.#byKey.get(key) ?? [])]) sleeper(awakening);
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

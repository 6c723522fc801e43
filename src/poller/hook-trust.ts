/** A hook that comes later than this is of no more use than the next ordinary look. */
const IN_TIME_MS = 20_000;
/** Peace and broken hooks sound alike, so no proof counts for longer. */
const PROVEN_FOR_MS = 60 * 60_000;

/**
 * Whether a project's web hooks work, judged by the runs that looks show: a run that a hook announced in time proves
 * them, one that no hook announced refutes them, and an hour without a proof ends the trust. `now` is monotonic.
 */
export class HookTrust {
  #provenAt = -Infinity;
  /** Runs that a hook spoke of before any look showed them. */
  readonly #announced = new Map<number, number>();
  /** Runs that a look showed, since when. */
  readonly #shown = new Map<number, number>();
  /** Those of them whose hook may still come in time. */
  readonly #awaited = new Map<number, number>();
  #hasLooked = false;

  /** A hook spoke of the run. */
  hear(buildId: number, now: number): void {
    const shownAt = this.#shown.get(buildId);
    if (shownAt === undefined) this.#announced.set(buildId, now);
    else if (now - shownAt <= IN_TIME_MS) this.#prove(buildId, now);
  }

  /** A look showed these runs. What the first one shows began before anybody listened. */
  show(buildIds: readonly number[], now: number): void {
    const isNew = (buildId: number) => !this.#shown.has(buildId);
    for (const buildId of buildIds.filter(isNew)) {
      this.#shown.set(buildId, this.#hasLooked ? now : -Infinity);
      if (this.#announced.has(buildId)) this.#prove(buildId, now);
      else if (this.#hasLooked) this.#awaited.set(buildId, now);
    }
    this.#hasLooked = true;
    this.#forget(new Set(buildIds), now);
  }

  isProven(now: number): boolean {
    for (const [buildId, since] of this.#awaited) {
      if (now - since <= IN_TIME_MS) continue;
      this.#awaited.delete(buildId);
      this.#provenAt = -Infinity;
    }
    return now - this.#provenAt < PROVEN_FOR_MS;
  }

  #prove(buildId: number, now: number): void {
    this.#provenAt = now;
    this.#awaited.delete(buildId);
    this.#announced.delete(buildId);
  }

  /** Hooks also speak of pipelines that are none of ours, and runs leave the lists. */
  #forget(present: ReadonlySet<number>, now: number): void {
    for (const [buildId, at] of this.#announced) if (now - at > IN_TIME_MS) this.#announced.delete(buildId);
    for (const [buildId, at] of this.#shown)
      if (!present.has(buildId) && now - at > PROVEN_FOR_MS) this.#shown.delete(buildId);
  }
}

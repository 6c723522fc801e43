/** Pure: when to look again. */

/** How often a project is looked at, by need. */
export type Cadence = {
  /** A run is open and somebody subscribes. */
  watchedEveryMs: number;
  /** A run is open. */
  activeEveryMs: number;
  idleEveryMs: number;
  /** No run is open, and Azure DevOps is known to tell us when one starts. */
  hookedEveryMs: number;
  /** Full looks: tenants are discovered anew, every open run is read. */
  fullEveryMs: number;
};

/** Often while somebody waits for something to happen, seldom while nothing can or while it would be told. */
export function neededEveryMs(
  cadence: Cadence,
  project: { openRuns: number; isWatched: boolean; isHooked: boolean },
): number {
  if (project.openRuns > 0) return project.isWatched ? cadence.watchedEveryMs : cadence.activeEveryMs;
  return project.isHooked ? cadence.hookedEveryMs : cadence.idleEveryMs;
}

/** A tenth either way, so that the loops of many projects do not fall into step. */
export const withJitter = (ms: number) => ms * (0.9 + Math.random() * 0.2);

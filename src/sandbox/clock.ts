import { pause } from '../lib/pause.ts';
import type { SandboxClock } from './contract.ts';

/** Node's timers hold 31 bits of milliseconds; a gate waits for 30 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * `now()` is the wall clock at any scale, because its times are compared with those of other processes; what
 * runs `timeScale` times as fast is waiting.
 */
export function createSandboxClock(timeScale: number): SandboxClock {
  if (!(timeScale > 0)) {
    throw new Error(
      `The time scale ${timeScale} is not above zero: give 1 for real time, 60 for a minute in a second.`,
    );
  }
  return {
    timeScale,
    now: () => new Date(),
    async sleep(ms, signal) {
      let restMs = ms / timeScale;
      while (restMs > 0 && !signal?.aborted) {
        const stepMs = Math.min(restMs, LONGEST_TIMER_MS);
        await pause(stepMs, signal);
        restMs -= stepMs;
      }
    },
  };
}

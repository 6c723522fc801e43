import { setTimeout as sleep } from 'node:timers/promises';

/** Waits `ms`, or less when the signal aborts; never throws for the abort. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** The pause before try number `attempt` (from 1): doubles from `baseMs` up to `maxMs`, with up to a quarter of jitter. */
export function backOffMs(attempt: number, baseMs: number, maxMs: number): number {
  const whole = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  return Math.round(whole * (0.75 + Math.random() * 0.25));
}

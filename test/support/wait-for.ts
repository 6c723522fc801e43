import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks `probe` again and again until its answer is neither undefined, null nor false, and gives that answer.
 * `what` completes the sentence "Waited … for …"; as a function it tells the state at the end.
 */
export async function waitFor<T>(
  what: string | (() => string),
  probe: () => T | Promise<T>,
  { withinMs = 10_000 }: { withinMs?: number } = {},
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + withinMs;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const answer = await probe();
    if (isThere(answer)) return answer;
    if (performance.now() > deadline) {
      const wanted = typeof what === 'string' ? what : what();
      throw new Error(`Waited ${withinMs} ms in vain for ${wanted}.`);
    }
    await sleep(pauseMs);
  }
}

function isThere<T>(answer: T): answer is Exclude<T, undefined | null | false> {
  return answer !== undefined && answer !== null && answer !== false;
}

import { expect, test } from 'vitest';
import { backOffMs, pause } from '../../src/lib/pause.ts';

test('Pauses double up to a limit, with at most a quarter of jitter', () => {
  for (const [attempt, whole] of [
    [1, 100],
    [2, 200],
    [4, 800],
    [5, 1_000],
    [50, 1_000],
  ] as const) {
    const ms = backOffMs(attempt, 100, 1_000);
    expect(ms).toBeGreaterThanOrEqual(whole * 0.75);
    expect(ms).toBeLessThanOrEqual(whole);
  }
});

test('An abort ends a pause early, without an error', async () => {
  const controller = new AbortController();
  const paused = pause(60_000, controller.signal);
  controller.abort();
  await paused;
  await pause(60_000, controller.signal);
});

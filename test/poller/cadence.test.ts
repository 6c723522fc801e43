import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { neededEveryMs, withJitter } from '../../src/poller/cadence.ts';

const cadence = {
  watchedEveryMs: 4_000,
  activeEveryMs: 15_000,
  idleEveryMs: 20_000,
  hookedEveryMs: 60_000,
  fullEveryMs: 3_600_000,
};

test.each([
  ['while a run is open and somebody subscribes', 'watchedEveryMs', 1, true, true],
  ['while a run is open', 'activeEveryMs', 3, false, true],
  ['while nothing runs', 'idleEveryMs', 0, true, false],
  ['while nothing runs and hooks are seen to work', 'hookedEveryMs', 0, false, true],
] as const)('A project is looked at by need: %s, %s', (_when, name, openRuns, isWatched, isHooked) => {
  expect(neededEveryMs(cadence, { openRuns, isWatched, isHooked })).toBe(cadence[name]);
});

test('Pauses differ by a tenth either way, so that projects do not fall into step', () => {
  const pauses = Array.from({ length: 1_000 }, () => withJitter(1_000));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(900);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1_100);
  expect(new Set(pauses.map((ms) => Math.round(ms / 10))).size).toBeGreaterThan(15);
});

test('By default a project is looked at as a whole every hour', () => {
  const config = readConfig({
    DATABASE_URL: 'postgres://localhost/x',
    AZURE_DEVOPS_PROJECTS: 'https://dev.azure.com/contoso/Tenants',
    AZURE_DEVOPS_PAT: 'x',
    ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
  });
  expect(config.DISCOVER_SECONDS).toBe(3_600);
  expect(config.POLL_WATCHED_SECONDS).toBeLessThan(config.POLL_ACTIVE_SECONDS);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../../src/lib/logger.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { ShownTenant } from '../../../src/sandbox/control/sandbox-control.ts';
import { waitFor } from '../../support/wait-for.ts';
import { CredentialApi } from '../credential-api.ts';

/** Ten minutes, the stay of a passing status, pass in 7.5 seconds. */
const TIME_SCALE = 80;
const SIGN_IN_WINDOW_MS = 6000;

let sandbox: Sandbox;
let api: CredentialApi;
let dataFolder: string;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-scenarios-'));
  api = new CredentialApi(SIGN_IN_WINDOW_MS);
  await api.start();
  sandbox = await startSandbox({
    dataFolder,
    port: 0,
    timeScale: TIME_SCALE,
    apiUrl: () => api.url,
    scenarios: true,
    fleet: 'showcase',
    signInWindowMs: SIGN_IN_WINDOW_MS,
    logger: createLogger('silent', () => undefined),
  });
  api.sandbox = sandbox;
});

afterAll(async () => {
  await sandbox.stop();
  await api.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

const STATUSES = [
  'not run',
  'idle',
  'starting',
  'in progress',
  'error',
  'pending authentication',
  'pending approval',
];

function statusOf({ newestRun }: ShownTenant): string {
  if (!newestRun) return 'not run';
  switch (newestRun.phase) {
    case 'QUEUED':
      return 'starting';
    case 'RUNNING':
    case 'CANCELING':
      return 'in progress';
    case 'WAITING_FOR_SIGN_IN':
      return 'pending authentication';
    case 'WAITING_AT_GATE':
      return 'pending approval';
    case 'FINISHED':
      return newestRun.result === 'succeeded' ? 'idle' : 'error';
  }
}

const missing = () => {
  const shown = new Set(sandbox.control.state().tenants.map(statusOf));
  return STATUSES.filter((status) => !shown.has(status));
};
const allOnShow = (withinMs: number) =>
  waitFor(
    () => `these statuses: ${missing().join(', ')}`,
    () => missing().length === 0,
    { withinMs },
  );

/** Statuses that were not on show at some time of that long. */
async function gapsWithin(ms: number): Promise<string[]> {
  const gaps = new Set<string>();
  const until = Date.now() + ms;
  for await (const _ of setInterval(50)) {
    for (const status of missing()) gaps.add(status);
    if (Date.now() > until) break;
  }
  return [...gaps];
}

const runsIn = (phase: string) => sandbox.world.runs().filter((run) => run.phase === phase);

test('every status comes on show by itself, and none is ever away', { timeout: 60_000 }, async () => {
  await allOnShow(30_000);
  expect(await gapsWithin(8000)).toEqual([]);
});

test('a status whose last tenants people took away comes back', { timeout: 60_000 }, async () => {
  const decision = { verdict: 'approved', by: 'Megan Bowen', comment: '' } as const;
  for (const { buildId } of runsIn('WAITING_AT_GATE')) await sandbox.control.decide(buildId, decision);
  for (const { buildId } of runsIn('QUEUED')) await sandbox.control.cancel(buildId, 'Megan Bowen');
  for (const { userCode, state } of sandbox.control.signIns()) {
    if (state === 'pending') sandbox.control.signIn(userCode);
  }
  const neverRan = sandbox.control.state().tenants.filter((tenant) => tenant.newestRun === null);
  for (const { repository } of neverRan) await sandbox.control.runSchedule(repository);
  await allOnShow(30_000);
  expect(await gapsWithin(4000)).toEqual([]);
});

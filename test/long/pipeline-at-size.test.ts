/** The installed command of the pipeline on tenants of some size, and killed while it writes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../src/lib/logger.ts';
import { fileOf } from '../../src/pipeline/configuration-file.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { planTenant } from '../../src/sandbox/tenants/tenant-plan.ts';
import { agentNode, installAgent, type InstalledAgent, runInstalled } from '../agent/installed-agent.ts';
import { CredentialApi } from '../sandbox/credential-api.ts';
import { waitFor } from '../support/wait-for.ts';

const LOCATIONS = 'MSGraph:ConditionalAccess:NamedLocations';
const place = { organization: 'contoso-group', project: 'Tenants' };
const SIZES = [1_000, 5_000];
const repositoryOf = (size: number) => `contoso-${size}`;

let folder: string;
let sandbox: Sandbox;
let api: CredentialApi;
let agent: InstalledAgent;
/** Called for each process of the command. */
let onSpawn: InstalledAgent['onSpawn'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-at-size-'));
  agent = { node: agentNode().path, command: installAgent(folder) };
  api = new CredentialApi(60_000);
  await api.start();
  sandbox = await startSandbox({
    ...{ dataFolder: join(folder, 'world'), port: 0, timeScale: 1000, scenarios: false },
    fleet: [...SIZES, 0].map((size) => blueprintOf(size)),
    apiUrl: () => api.url,
    logger: createLogger('silent', () => undefined),
    runAgent: (call) => runInstalled({ ...agent, ...(onSpawn ? { onSpawn } : {}) }, call),
  });
  api.sandbox = sandbox;
}, 300_000);
afterAll(async () => {
  await sandbox.stop();
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A small tenant, and so many groups. */
function blueprintOf(size: number) {
  const { blueprint } = planTenant({
    ...place,
    repository: repositoryOf(size),
    displayName: `Contoso ${size}`,
  });
  for (let number = 0; number < size; number += 1) {
    const displayName = `Group ${number}`;
    const properties = { displayName, mailEnabled: false, mailNickname: `g${number}`, securityEnabled: true };
    const { path, content } = fileOf({ configurationType: 'MSGraph:Groups', displayName, properties });
    blueprint.files.set(path, content);
  }
  return blueprint;
}

const keyOf = (size: number) => ({ ...place, repository: repositoryOf(size) });
const newest = (size: number) => sandbox.world.runs(keyOf(size))[0];
const phaseIs = (size: number, phase: string) =>
  waitFor(`a run that is ${phase}`, () => newest(size)?.phase === phase, { withinMs: 300_000 });

/** The most memory that a process has had, as Linux counts it. */
const peakMbOf = (pid: number) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

test.each(SIZES)(
  '%i objects are backed up in a bounded number of requests and little memory',
  async (size) => {
    let peakMb = 0;
    onSpawn = ({ pid = 0 }) => {
      const timer = setInterval(() => {
        try {
          peakMb = Math.max(peakMb, peakMbOf(pid));
        } catch {
          clearInterval(timer);
        }
      }, 20);
    };
    const before = sandbox.graph.counts().requests;
    const startedAt = performance.now();
    await sandbox.world.runSchedule(keyOf(size));
    await phaseIs(size, 'FINISHED');
    const requests = sandbox.graph.counts().requests - before;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const objects = (await sandbox.world.readFiles(keyOf(size), 'tenant-state')).size;
    console.log(
      `${objects} objects backed up and previewed: ${requests} requests to Graph, ${seconds} s, ` +
        `at most ${Math.round(peakMb)} MB of memory`,
    );
    expect(newest(size)?.result).toBe('succeeded');
    expect(objects).toBeGreaterThan(size);
    // Who it is for, one batch for all types, and one request for each further page of 999.
    expect(requests).toBeLessThanOrEqual(3 + Math.ceil(size / 999));
    expect(peakMb).toBeGreaterThan(20);
    expect(peakMb).toBeLessThan(300);
  },
);

test('A deploy that is killed while it writes ends right when it is run again', async () => {
  const names = Array.from({ length: 30 }, (_, number) => `Office ${String(number).padStart(2, '0')}`);
  for (const displayName of names) {
    const ipRanges = [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '192.0.2.0/24' }];
    const properties = {
      '@odata.type': '#microsoft.graph.ipNamedLocation',
      displayName,
      isTrusted: false,
      ipRanges,
    };
    const { path, content } = fileOf({ configurationType: LOCATIONS, displayName, properties });
    await sandbox.world.editFile(keyOf(0), path, content, `Add ${displayName}`);
  }
  const written = () => sandbox.tenants.ledger().filter(({ displayName }) => names.includes(displayName));
  onSpawn = undefined;
  const buildId = await sandbox.world.runSchedule(keyOf(0));
  await phaseIs(0, 'WAITING_AT_GATE');
  // Slow enough to be hit between two writes, or within one.
  sandbox.graph.behave({ throttleEvery: 3, retryAfterSeconds: 0.05 });
  let killed = 0;
  for (const untilWritten of [1, 8, 20]) {
    onSpawn = (child) => {
      void waitFor(`${untilWritten} writes`, () => written().length >= untilWritten, {
        withinMs: 60_000,
      }).then(() => (killed += child.kill('SIGKILL') ? 1 : 0));
    };
    if (newest(0)?.phase === 'FINISHED') await sandbox.world.retry(buildId, 'Megan Bowen');
    await phaseIs(0, 'WAITING_AT_GATE');
    await sandbox.world.decideInPortal(buildId, 'approved', 'Megan Bowen', '');
    await phaseIs(0, 'FINISHED');
    expect(newest(0)?.result).toBe('failed');
  }
  onSpawn = undefined;
  await sandbox.world.retry(buildId, 'Megan Bowen');
  await phaseIs(0, 'WAITING_AT_GATE');
  await sandbox.world.decideInPortal(buildId, 'approved', 'Megan Bowen', '');
  await phaseIs(0, 'FINISHED');
  expect([killed, newest(0)?.result]).toEqual([3, 'succeeded']);
  expect(written().map(({ displayName }) => displayName)).toEqual(names);
  await sandbox.world.runSchedule(keyOf(0));
  await phaseIs(0, 'FINISHED');
  expect(written()).toHaveLength(names.length);
});

/** What looking costs: requests at Azure's door for one look, by the number of tenants and of open runs. */
import { createDoors } from '../../src/azure-devops/doors.ts';
import { onTestFinished, expect, test } from 'vitest';
import { createAzureDevOps } from '../../src/azure-devops/azure-devops.ts';
import { lookAtProject, type LookOptions } from '../../src/poller/look-at-project.ts';
import type { Services } from '../../src/sync-runs/services.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import { newId } from '../../src/lib/ids.ts';
import { createTestDatabase, silent } from '../support/database.ts';
import { json, serve } from '../azure-devops/small-server.ts';
import { servicesOf } from '../support/api.ts';

const PROJECT = { organization: 'contoso', project: 'Tenants' };
const OPEN_RUNS = 50;

/** An Azure DevOps with that many tenants, 50 of which have a run that is in progress. */
async function openProject(count: number) {
  const test = await createTestDatabase();
  onTestFinished(() => test.drop());
  const { db } = test.database;
  const moved = new Set<number>();
  const builds = () =>
    Array.from({ length: OPEN_RUNS }, (_, index) => ({
      id: index + 1,
      status: 'inProgress',
      definition: { id: index + 1 },
      queueTime: '2026-11-01T10:00:00Z',
      startTime: '2026-11-01T10:00:05Z',
      lastChangedDate: moved.has(index + 1) ? '2026-11-01T10:02:00Z' : '2026-11-01T10:01:00Z',
    }));
  const server = await serve((response, { url }) => {
    if (url.includes('/timeline')) return json(response, 200, { id: 't', records: [] });
    if (url.includes('/approvals')) return json(response, 200, { value: [] });
    if (url.includes('statusFilter=completed')) return json(response, 200, { value: [] });
    if (url.includes('/build/builds?')) return json(response, 200, { value: builds() });
    json(response, 404, {});
  });
  await db.insert(tenants).values(
    Array.from({ length: count }, (_, index) => ({
      ...PROJECT,
      id: newId('ten'),
      projectId: 'p',
      repositoryId: `r${index}`,
      repositoryUrl: `https://example/${index}`,
      pipelineId: index + 1,
      name: `t${index}`,
      displayName: `t${index}`,
      gate: 'PRESENT' as const,
    })),
  );
  const rows = await db.select().from(tenants);
  await db.insert(syncRuns).values(
    rows
      .filter((tenant) => tenant.pipelineId <= OPEN_RUNS)
      .map((tenant) => ({
        id: newId('run'),
        tenantId: tenant.id,
        buildId: tenant.pipelineId,
        status: 'IN_PROGRESS' as const,
        trigger: 'MANUAL' as const,
        mode: 'FULL' as const,
        queuedAt: new Date('2026-11-01T10:00:00Z'),
        changedAt: '2026-11-01T10:01:00Z',
      })),
  );
  const azure = createAzureDevOps({
    projects: [{ ...PROJECT, organizationUrl: `${server.url}/contoso` }],
    onBehalfOf: null,
    doors: createDoors({ tokens: { authorization: () => Promise.resolve('Bearer t') }, logger: silent }),
    logger: silent,
  });
  const services: Services = { ...servicesOf(db), azure };
  const look = async (options: Partial<LookOptions> = {}) => {
    const before = server.seen.length;
    const startedAt = performance.now();
    await lookAtProject(services, PROJECT, {
      ...{ isFull: false, hinted: new Set(), number: 0, underWay: new Map() },
      ...options,
    });
    return { requests: server.seen.length - before, ms: Math.round(performance.now() - startedAt) };
  };
  return { look, moved, db };
}

/** Four looks, after which every open run had its turn to be read. */
async function costOf(count: number) {
  const { look } = await openProject(count);
  const looks = [];
  for (let number = 0; number < 4; number++) looks.push(await look({ number }));
  return looks;
}

test('A look costs the same requests for 1,000 tenants as for 50', async () => {
  const few = await costOf(OPEN_RUNS);
  const many = await costOf(1_000);
  console.log(`requests a look, ${OPEN_RUNS} open runs: ${say(few)} for 50 tenants, ${say(many)} for 1,000`);
  expect(many.map(({ requests }) => requests)).toEqual(few.map(({ requests }) => requests));
  // Three lists, and the timelines of a quarter of the open runs by turns.
  for (const { requests } of many) expect(requests).toBeLessThanOrEqual(3 + Math.ceil(OPEN_RUNS / 4));
});

const say = (looks: { requests: number; ms: number }[]) =>
  looks.map(({ requests, ms }) => `${requests} (${ms} ms)`).join(', ');

test('A run that moved, and one that somebody hinted at, is read at once', async () => {
  const { look, moved } = await openProject(OPEN_RUNS);
  const quiet = (await look()).requests;
  moved.add(1).add(2);
  expect((await look()).requests).toBe(quiet + 2);
  expect((await look({ hinted: new Set([5]) })).requests).toBe(quiet + 1);
});

test('A look observes every open run, read or not', async () => {
  const { look, db } = await openProject(OPEN_RUNS);
  await look();
  const before = await db.select().from(syncRuns);
  await look();
  const after = await db.select().from(syncRuns);
  const oldest = (runs: typeof after) => Math.min(...runs.map((run) => run.observedAt.getTime()));
  const newest = Math.max(...before.map((run) => run.observedAt.getTime()));
  expect(oldest(after)).toBeGreaterThanOrEqual(newest);
});

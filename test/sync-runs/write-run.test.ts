import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_WORK } from '../../src/access/viewer.ts';
import { inTransaction } from '../../src/database/database.ts';
import { SERVICE_ACTOR } from '../../src/events/actor.ts';
import { eventOutbox } from '../../src/events/events.table.ts';
import { newId, type TenantId } from '../../src/lib/ids.ts';
import type { SyncRun } from '../../src/sync-runs/sync-run.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { tenantStatusOf } from '../../src/sync-runs/tenant-status.ts';
import { SYNC_RUN_EVENTS } from '../../src/sync-runs/transitions.ts';
import { applyToRun, insertRun, lockRun } from '../../src/sync-runs/write-run.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import { loadTenant, lockTenant } from '../../src/tenants/write-tenant.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

async function addTenant(): Promise<TenantId> {
  const id = newId('ten');
  await test.database.db.insert(tenants).values({
    id,
    organization: 'org',
    project: 'project',
    projectId: 'project',
    repositoryId: id,
    repositoryUrl: 'http://localhost',
    pipelineId: 1,
    name: id,
    displayName: id,
    gate: 'PRESENT',
  });
  return id;
}

/** A small generator with a fixed seed (mulberry32), so that a failure can be repeated. */
function seeded(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

async function runsNewestFirst(tenantId: TenantId): Promise<SyncRun[]> {
  return test.database.db
    .select()
    .from(syncRuns)
    .where(eq(syncRuns.tenantId, tenantId))
    .orderBy(desc(syncRuns.queuedAt), desc(syncRuns.id));
}

async function insert(tenantId: TenantId, queuedAt: Date): Promise<void> {
  await inTransaction(test.database.db, async (tx) => {
    const tenant = await lockTenant(tx, OWN_WORK.jobs, tenantId);
    if (!tenant) throw new Error('The tenant is gone.');
    const run = {
      trigger: 'MANUAL' as const,
      mode: 'FULL' as const,
      comment: null,
      requestedBy: null,
      queuedAt,
    };
    await insertRun(tx, tenant, { run, event: null, actor: SERVICE_ACTOR });
  });
}

describe("a tenant's status on its row", () => {
  it.each([1, 2, 3])('is what its runs say after any sequence of events (seed %i)', async (seed) => {
    const random = seeded(seed);
    const tenantId = await addTenant();
    const start = Date.parse('2026-11-23T10:00:00Z');
    for (let step = 0; step < 60; step++) {
      const known = await runsNewestFirst(tenantId);
      const run = known[random(Math.max(1, known.length))];
      if (!run || random(5) === 0) await insert(tenantId, new Date(start + random(1_000_000)));
      else {
        await inTransaction(test.database.db, async (tx) => {
          const locked = await lockRun(tx, OWN_WORK.jobs, run.id);
          const event = SYNC_RUN_EVENTS[random(SYNC_RUN_EVENTS.length)];
          if (!locked || !event) return;
          await applyToRun(tx, locked, {
            event,
            facts: { deployBegan: random(4) === 0 },
            actor: SERVICE_ACTOR,
          });
        });
      }
      const tenant = await loadTenant(test.database.db, tenantId);
      const runs = await runsNewestFirst(tenantId);
      expect(tenant?.latestRunId, `step ${step}`).toBe(runs[0]?.id);
      expect(tenant?.status, `step ${step}`).toBe(tenantStatusOf(runs));
    }
  });

  it('moves its version by one with every change, and each change is one event', async () => {
    const tenantId = await addTenant();
    await insert(tenantId, new Date());
    const [run] = await runsNewestFirst(tenantId);
    if (!run) throw new Error('The run is gone.');
    for (const event of [
      'started',
      'started',
      'gate_opened',
      'finished_rejected',
      'finished_failed',
    ] as const) {
      await inTransaction(test.database.db, async (tx) => {
        const locked = await lockRun(tx, OWN_WORK.jobs, run.id);
        if (locked) await applyToRun(tx, locked, { event, actor: SERVICE_ACTOR });
      });
    }
    const told = await test.database.db.select().from(eventOutbox).where(eq(eventOutbox.tenantId, tenantId));
    const bodies = told.sort((a, b) => Number(a.sequence - b.sequence)).map((row) => row.body);
    const statuses = bodies.flatMap((body) =>
      body.kind === 'TENANT_STATUS_CHANGED' ? [[body.version, body.status]] : [],
    );
    expect(statuses).toEqual([
      [1, 'STARTING'],
      [2, 'IN_PROGRESS'],
      [3, 'PENDING_APPROVAL'],
      [4, 'IDLE'],
    ]);
    expect((await loadTenant(test.database.db, tenantId))?.version).toBe(4);
  });
});

describe('an older open run', () => {
  it('is superseded by a newer one, also when the newer one is heard of first', async () => {
    const tenantId = await addTenant();
    const now = Date.now();
    await insert(tenantId, new Date(now));
    await insert(tenantId, new Date(now + 1_000));
    await insert(tenantId, new Date(now - 1_000));
    expect((await runsNewestFirst(tenantId)).map((run) => run.isSuperseded)).toEqual([false, true, true]);
  });
});

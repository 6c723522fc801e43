/**
 * The only writer of a run's status and of its tenant's. Each function works in the caller's transaction:
 * lock the tenant, then the run; move; project the tenant's status; append the events.
 */
import { and, desc, eq, ne, or, sql } from 'drizzle-orm';
import type { Scope } from '../access/viewer.ts';
import { visibleTo } from '../access/visible.ts';
import { databaseNow, type Tx } from '../database/database.ts';
import { appendEvents } from '../events/append-events.ts';
import type { Actor } from '../events/actor.ts';
import type { NewEvent } from '../events/event.ts';
import { newId, type RunId } from '../lib/ids.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenants } from '../tenants/tenants.table.ts';
import { lockTenant, tenantFacts } from '../tenants/write-tenant.ts';
import { NotFound } from './refusals.ts';
import type { SyncRun } from './sync-run.ts';
import { syncRuns } from './sync-runs.table.ts';
import { tenantStatusOf } from './tenant-status.ts';
import { type SyncRunEvent, transition } from './transitions.ts';

/** What is known of a run besides its status. */
export type RunFacts = Partial<Omit<SyncRun, 'id' | 'tenantId' | 'status' | 'outcome' | 'version'>>;

export type NewRun = Pick<SyncRun, 'trigger' | 'mode' | 'comment' | 'requestedBy' | 'queuedAt'> & RunFacts;

/**
 * Adds a run that is STARTING, or already where `event` led from there. Older open runs of the tenant are superseded
 * by it, or it by a newer one.
 */
export async function insertRun(
  tx: Tx,
  tenant: Tenant,
  { run, event, actor }: { run: NewRun; event: SyncRunEvent | null; actor: Actor },
): Promise<SyncRun> {
  const isOlder = await hasNewerRun(tx, tenant, run.queuedAt);
  const cell = event ? transition('STARTING', event) : 'stay';
  const { to: status, outcome } =
    typeof cell === 'object' ? cell : ({ to: 'STARTING', outcome: null } as const);
  const isSuperseded = isOlder && status !== 'COMPLETED';
  const values = { ...run, id: newId('run'), tenantId: tenant.id, status, outcome, isSuperseded };
  const [inserted] = await tx.insert(syncRuns).values(values).returning();
  if (!inserted) throw new Error(`The run ${values.id} was not inserted.`);
  if (!isOlder) await supersedeOlderRuns(tx, inserted);
  await tellRunChange(tx, tenant, { run: inserted, previousStatus: null, actor });
  return inserted;
}

/**
 * Applies what happened (`event`, or null when only facts are new) to a run. An event that the transition table
 * refuses or knows already changes no status; the facts are stored all the same.
 */
export async function applyToRun(
  tx: Tx,
  locked: LockedRun,
  change: { event: SyncRunEvent | null; facts?: RunFacts; actor: Actor },
): Promise<SyncRun> {
  const { tenant, run } = locked;
  const cell = change.event ? transition(run.status, change.event) : 'stay';
  const moves = typeof cell === 'object';
  const isToTell = moves || (change.facts?.waitsFor !== undefined && change.facts.waitsFor !== run.waitsFor);
  if (!moves && !change.facts) return run;
  const now = await databaseNow(tx);
  const status = moves
    ? {
        status: cell.to,
        outcome: cell.outcome,
        completedAt: cell.to === 'COMPLETED' ? (change.facts?.completedAt ?? now) : null,
        // A run that opens again may have been followed by another one.
        ...(change.event === 'retried' ? { isSuperseded: await hasNewerRun(tx, tenant, run.queuedAt) } : {}),
      }
    : {};
  const [updated] = await tx
    .update(syncRuns)
    .set({ ...change.facts, ...status, ...(isToTell ? { version: run.version + 1 } : {}) })
    .where(eq(syncRuns.id, run.id))
    .returning();
  if (!updated) throw new Error(`The run ${run.id} disappeared while it was locked.`);
  if (isToTell)
    await tellRunChange(tx, tenant, { run: updated, previousStatus: run.status, actor: change.actor });
  return updated;
}

export type LockedRun = { tenant: Tenant; run: SyncRun };

/** Locks the run's tenant, then the run. null: there is no such run in that scope. */
export async function lockRun(tx: Tx, scope: Scope, runId: RunId): Promise<LockedRun | null> {
  const [found] = await tx
    .select({ tenantId: syncRuns.tenantId })
    .from(syncRuns)
    .where(and(eq(syncRuns.id, runId), visibleTo(scope, syncRuns.tenantId)));
  if (!found) return null;
  const tenant = await lockTenant(tx, scope, found.tenantId);
  const [run] = await tx.select().from(syncRuns).where(eq(syncRuns.id, runId)).for('update');
  return tenant && run ? { tenant, run } : null;
}

/** The same for what a caller names. Refusals: NotFound. */
export async function mustLockRun(tx: Tx, scope: Scope, runId: RunId): Promise<LockedRun> {
  const locked = await lockRun(tx, scope, runId);
  if (locked) return locked;
  throw new NotFound(
    `There is no sync run ${runId}. Take the id from a tenant's latestRun or from syncRuns.`,
  );
}

async function hasNewerRun(tx: Tx, tenant: Tenant, queuedAt: Date): Promise<boolean> {
  const [newer] = await tx
    .select({ id: syncRuns.id })
    .from(syncRuns)
    .where(and(eq(syncRuns.tenantId, tenant.id), sql`${syncRuns.queuedAt} > ${queuedAt.toISOString()}`))
    .limit(1);
  return newer !== undefined;
}

async function supersedeOlderRuns(tx: Tx, newest: SyncRun): Promise<void> {
  await tx
    .update(syncRuns)
    .set({ isSuperseded: true })
    .where(
      and(
        eq(syncRuns.tenantId, newest.tenantId),
        ne(syncRuns.id, newest.id),
        ne(syncRuns.status, 'COMPLETED'),
      ),
    );
}

async function tellRunChange(
  tx: Tx,
  tenant: Tenant,
  change: { run: SyncRun; previousStatus: SyncRun['status'] | null; actor: Actor },
): Promise<void> {
  const { run, previousStatus, actor } = change;
  const after = await projectTenant(tx, tenant);
  const common = { tenantId: tenant.id, runId: run.id, actor, tenant: tenantFacts(after, tenant.status) };
  const events: NewEvent[] = [
    {
      ...common,
      body: {
        kind: 'SYNC_RUN_CHANGED',
        previousStatus,
        status: run.status,
        outcome: run.outcome,
        version: run.version,
      },
    },
  ];
  if (after.status !== tenant.status) {
    const { status, version } = after;
    events.push({
      ...common,
      body: { kind: 'TENANT_STATUS_CHANGED', previousStatus: tenant.status, status, version },
    });
  }
  await appendEvents(tx, events);
}

/** Writes the tenant's status and newest run, when they are others than before. */
async function projectTenant(tx: Tx, tenant: Tenant): Promise<Tenant> {
  const newest = await newestRuns(tx, tenant);
  const status = tenantStatusOf(newest.counted);
  if (status === tenant.status && newest.latestRunId === tenant.latestRunId) return tenant;
  const moved =
    status === tenant.status
      ? {}
      : { status, statusSince: await databaseNow(tx), version: tenant.version + 1 };
  const [updated] = await tx
    .update(tenants)
    .set({ latestRunId: newest.latestRunId, ...moved })
    .where(eq(tenants.id, tenant.id))
    .returning();
  return updated ?? tenant;
}

/** The runs that can matter for the status: however long a history is, at most one counts. */
async function newestRuns(tx: Tx, tenant: Tenant) {
  const ofTenant = eq(syncRuns.tenantId, tenant.id);
  const order = [desc(syncRuns.queuedAt), desc(syncRuns.id)] as const;
  const [latest] = await tx
    .select({ id: syncRuns.id })
    .from(syncRuns)
    .where(ofTenant)
    .orderBy(...order)
    .limit(1);
  const counts = and(
    ofTenant,
    eq(syncRuns.isSuperseded, false),
    or(sql`${syncRuns.outcome} is distinct from 'CANCELED'`, syncRuns.deployBegan),
  );
  const counted = await tx
    .select()
    .from(syncRuns)
    .where(counts)
    .orderBy(...order)
    .limit(1);
  return { latestRunId: latest?.id ?? null, counted };
}

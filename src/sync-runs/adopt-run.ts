import { and, eq, isNull } from 'drizzle-orm';
import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Db, type Queryable, type Tx } from '../database/database.ts';
import type { BuildObservation, RunObservation } from '../azure-devops/port.ts';
import type { Actor } from '../events/actor.ts';
import { enqueue } from '../jobs/jobs.ts';
import { isId } from '../lib/ids.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { lockTenant } from '../tenants/write-tenant.ts';
import { observedEvent } from './observed-event.ts';
import { observedFacts, UNKNOWN_RUN } from './observed-facts.ts';
import type { SyncError, SyncRun } from './sync-run.ts';
import { syncRuns } from './sync-runs.table.ts';
import { insertRun } from './write-run.ts';

/**
 * The run of a build: by its number, else by the request id that we gave it when we queued it (the answer may have
 * been lost), else a new one, because somebody started it in Azure DevOps or a schedule did. `errorOf` reads the error
 * of one that has ended already, so that it appears together with its ending.
 */
export async function adoptRun(
  db: Db,
  { tenant, seen }: { tenant: Tenant; seen: RunObservation },
  errorOf: () => Promise<SyncError | null> = () => Promise.resolve(null),
): Promise<SyncRun> {
  const known = await findByBuild(db, tenant, seen);
  if (known) return known;
  const error = seen.phase === 'FINISHED' ? await errorOf() : null;
  return inTransaction(db, async (tx) => {
    const locked = await lockTenant(tx, OWN_WORK.poller, tenant.id);
    if (!locked)
      throw new Error(`The tenant ${tenant.id} disappeared while its run ${seen.buildId} was read.`);
    return (
      (await findByBuild(tx, tenant, seen)) ??
      (await bindOurs(tx, tenant, seen)) ??
      (await insertRun(tx, locked, foundRun(locked, { seen, error, now: await databaseNow(tx) })))
    );
  });
}

async function findByBuild(q: Queryable, tenant: Tenant, build: BuildObservation): Promise<SyncRun | null> {
  const [run] = await q
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.tenantId, tenant.id), eq(syncRuns.buildId, build.buildId)));
  return run ?? null;
}

async function bindOurs(tx: Tx, tenant: Tenant, build: BuildObservation): Promise<SyncRun | null> {
  const requestId = build.syncRequestId;
  if (!requestId || !isId(requestId, 'run')) return null;
  const [bound] = await tx
    .update(syncRuns)
    .set({ buildId: build.buildId, name: build.runName, webUrl: build.webUrl })
    .where(and(eq(syncRuns.id, requestId), eq(syncRuns.tenantId, tenant.id), isNull(syncRuns.buildId)))
    .returning();
  // The job that queued it lost its answer, and with it the moment to send on a cancel that was asked for meanwhile.
  if (bound?.cancelRequestedAt) await enqueue(tx, 'cancel-run', { runId: bound.id });
  return bound ?? null;
}

/**
 * A run that ended before anybody here saw it appears with its ending. An open one begins as started at the most:
 * what its later statuses promise (a change set, a gate) has yet to be read.
 */
function foundRun(
  tenant: Tenant,
  { seen, error, now }: { seen: RunObservation; error: SyncError | null; now: Date },
) {
  const first = seen.phase === 'QUEUED' ? null : 'started';
  const run = {
    ...observedFacts(tenant, UNKNOWN_RUN, seen),
    error,
    buildId: seen.buildId,
    trigger: seen.trigger,
    mode: seen.mode,
    comment: seen.comment,
    requestedBy: requesterOf(seen),
    queuedAt: new Date(seen.queuedAt),
  };
  return {
    run,
    event: seen.phase === 'FINISHED' ? observedEvent(UNKNOWN_RUN, seen, now) : first,
    actor: requesterOf(seen),
  };
}

/** Who started it, as far as Azure DevOps says; a schedule is Azure DevOps itself. */
function requesterOf(build: BuildObservation): Actor {
  if (build.trigger !== 'SCHEDULED' && build.requestedFor) {
    return { kind: 'PERSON', id: build.requestedFor.id, displayName: build.requestedFor.displayName };
  }
  return AZURE_DEVOPS_ACTOR;
}

export const AZURE_DEVOPS_ACTOR: Actor = {
  kind: 'AZURE_DEVOPS',
  id: 'azure-devops',
  displayName: 'Azure DevOps',
};

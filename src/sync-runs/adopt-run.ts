import { and, eq, isNull } from 'drizzle-orm';
import { inTransaction, type Db, type Queryable, type Tx } from '../database/database.ts';
import type { BuildObservation } from '../azure-devops/port.ts';
import type { Actor } from '../events/actor.ts';
import { isId } from '../lib/ids.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { lockTenant } from '../tenants/write-tenant.ts';
import type { SyncRun } from './sync-run.ts';
import { syncRuns } from './sync-runs.table.ts';
import { insertRun } from './write-run.ts';

/**
 * The run of a build: by its number, else by the request id that we gave it when we queued it (the answer may have
 * been lost), else a new one, because somebody started it in Azure DevOps or a schedule did.
 */
export async function adoptRun(db: Db, tenant: Tenant, build: BuildObservation): Promise<SyncRun> {
  const known = await findByBuild(db, tenant, build);
  if (known) return known;
  return inTransaction(db, async (tx) => {
    const locked = await lockTenant(tx, tenant.id);
    if (!locked)
      throw new Error(`The tenant ${tenant.id} disappeared while its run ${build.buildId} was read.`);
    return (
      (await findByBuild(tx, tenant, build)) ??
      (await bindOurs(tx, tenant, build)) ??
      (await insertRun(tx, locked, factsOf(build), requesterOf(build)))
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
  return bound ?? null;
}

const factsOf = (build: BuildObservation) => ({
  buildId: build.buildId,
  name: build.runName,
  webUrl: build.webUrl,
  trigger: build.trigger,
  mode: build.mode,
  comment: build.comment,
  requestedBy: requesterOf(build),
  queuedAt: new Date(build.queuedAt),
});

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

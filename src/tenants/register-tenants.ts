import { and, eq, isNull } from 'drizzle-orm';
import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Db, type Tx } from '../database/database.ts';
import type { DiscoveredTenant, KnownPlace, ProjectRef } from '../azure-devops/port.ts';
import { appendEvents } from '../events/append-events.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import type { EventBody } from '../events/event.ts';
import { newId, type TenantId } from '../lib/ids.ts';
import { DEFAULT_NAMES } from '../pipeline/contract.ts';
import type { GateState, Tenant } from './tenant.ts';
import { tenants } from './tenants.table.ts';
import { lockTenant, tenantFacts } from './write-tenant.ts';

/**
 * Brings the project's tenants to what discovery found: added, renamed (ids stay), changed, or gone. A tenant that is
 * gone keeps its row and its history.
 */
export async function registerTenants(db: Db, project: ProjectRef, found: DiscoveredTenant[]): Promise<void> {
  const known = await db
    .select()
    .from(tenants)
    .where(and(eq(tenants.organization, project.organization), eq(tenants.project, project.project)));
  for (const one of found) {
    const before = known.find((tenant) => tenant.repositoryId === one.repositoryId);
    await inTransaction(db, (tx) =>
      before ? updateTenant(tx, before.id, one) : addTenant(tx, project, one),
    );
  }
  const gone = known.filter(
    (tenant) => !tenant.removedAt && !found.some((one) => one.repositoryId === tenant.repositoryId),
  );
  for (const tenant of gone) await inTransaction(db, (tx) => markRemoved(tx, tenant.id));
  await linkBaselines(db, project, found);
}

/** Where the project's tenants were found before, those that are gone included. */
export function knownPlaces(db: Db, { organization, project }: ProjectRef): Promise<KnownPlace[]> {
  const { repositoryId, pipelineId, environmentId } = tenants;
  return db
    .select({ repositoryId, pipelineId, environmentId })
    .from(tenants)
    .where(and(eq(tenants.organization, organization), eq(tenants.project, project)));
}

async function addTenant(tx: Tx, project: ProjectRef, found: DiscoveredTenant): Promise<void> {
  const [tenant] = await tx
    .insert(tenants)
    .values({
      ...factsOf(found, true),
      ...project,
      id: newId('ten'),
      repositoryId: found.repositoryId,
      serviceConnection: DEFAULT_NAMES.serviceConnectionOf(found.name),
    })
    .onConflictDoNothing()
    .returning();
  if (!tenant) return;
  await tell(tx, tenant, { kind: 'TENANT_ADDED' });
  if (tenant.gate === 'MISSING') await tell(tx, tenant, { kind: 'GATE_MISSING' });
}

async function updateTenant(tx: Tx, id: TenantId, found: DiscoveredTenant): Promise<void> {
  const before = await lockTenant(tx, OWN_WORK.poller, id);
  if (!before) return;
  const facts = {
    ...factsOf(found, before.requiresApproval),
    serviceConnection: before.serviceConnection ?? DEFAULT_NAMES.serviceConnectionOf(before.name),
    observedAt: await databaseNow(tx),
    removedAt: null,
  };
  const [tenant] = await tx.update(tenants).set(facts).where(eq(tenants.id, id)).returning();
  if (!tenant) return;
  if (before.removedAt) await tell(tx, tenant, { kind: 'TENANT_ADDED' });
  if (tenant.gate === 'MISSING' && before.gate !== 'MISSING')
    await tell(tx, tenant, { kind: 'GATE_MISSING' });
}

async function markRemoved(tx: Tx, id: TenantId): Promise<void> {
  const tenant = await lockTenant(tx, OWN_WORK.poller, id);
  if (!tenant || tenant.removedAt) return;
  await tx
    .update(tenants)
    .set({ removedAt: await databaseNow(tx) })
    .where(eq(tenants.id, id));
  await tell(tx, tenant, { kind: 'TENANT_REMOVED' });
}

type Linked = Pick<Tenant, 'id' | 'name' | 'repositoryId' | 'baselineId' | 'baselineRepository'>;

/** Baselines are named by repository, and may be found after their downstream tenants. */
async function linkBaselines(db: Db, project: ProjectRef, found: DiscoveredTenant[]): Promise<void> {
  const { id, name, repositoryId, baselineId, baselineRepository } = tenants;
  const present = await db
    .select({ id, name, repositoryId, baselineId, baselineRepository })
    .from(tenants)
    .where(
      and(
        eq(tenants.organization, project.organization),
        eq(tenants.project, project.project),
        isNull(tenants.removedAt),
      ),
    );
  for (const tenant of present) {
    const named = found.find((one) => one.repositoryId === tenant.repositoryId)?.baselineRepository ?? null;
    const link = linkOf(tenant, named, present);
    if (link.baselineId !== tenant.baselineId || link.baselineRepository !== tenant.baselineRepository)
      await inTransaction(db, (tx) => tx.update(tenants).set(link).where(eq(tenants.id, tenant.id)));
  }
}

/** `.gitmodules` goes on naming a baseline as it was called before it was renamed. */
function linkOf(tenant: Linked, named: string | null, present: readonly Linked[]) {
  const byName = present.find((other) => other.name === named && other.id !== tenant.id);
  if (byName) return { baselineId: byName.id, baselineRepository: named };
  const isAsBefore = named !== null && named === tenant.baselineRepository;
  const before = isAsBefore ? present.find(({ id }) => id === tenant.baselineId) : undefined;
  return { baselineId: before?.id ?? null, baselineRepository: before ? named : null };
}

function factsOf(found: DiscoveredTenant, requiresApproval: boolean) {
  return {
    projectId: found.projectId,
    repositoryUrl: found.repositoryUrl,
    pipelineId: found.pipelineId,
    environmentId: found.environmentId,
    name: found.name,
    displayName: found.file?.displayName ?? found.name,
    domain: found.file?.domain ?? null,
    directoryId: found.file?.directoryId ?? null,
    authentication: found.file?.authentication ?? ('delegated' as const),
    isBackupOnly: found.file?.backupOnly ?? false,
    gate: gateState(found, requiresApproval),
    gateCheck: found.gate,
    schedule: found.schedules.length > 0 ? { cron: found.schedules } : null,
  };
}

/** A backup-only tenant never deploys, so it needs no gate. */
function gateState(found: DiscoveredTenant, requiresApproval: boolean): GateState {
  if (found.gate) return 'PRESENT';
  return requiresApproval && !found.file?.backupOnly ? 'MISSING' : 'NOT_REQUIRED';
}

function tell(tx: Tx, tenant: Tenant, body: EventBody): Promise<void> {
  return appendEvents(tx, [
    { tenantId: tenant.id, runId: null, actor: SERVICE_ACTOR, tenant: tenantFacts(tenant), body },
  ]);
}

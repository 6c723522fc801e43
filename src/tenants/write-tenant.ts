import { and, eq } from 'drizzle-orm';
import type { Scope } from '../access/viewer.ts';
import { visibleTo } from '../access/visible.ts';
import type { Queryable, Tx } from '../database/database.ts';
import type { TenantFacts } from '../events/event.ts';
import type { TenantId } from '../lib/ids.ts';
import type { Tenant, TenantStatus } from './tenant.ts';
import { tenants } from './tenants.table.ts';

/** Locks the tenant until the transaction ends: whoever changes a run of it does this first. */
export async function lockTenant(tx: Tx, scope: Scope, id: TenantId): Promise<Tenant | null> {
  const [row] = await tx
    .select()
    .from(tenants)
    .where(and(eq(tenants.id, id), visibleTo(scope, tenants.id)))
    .for('update');
  return row ?? null;
}

/** For the program's own work (jobs, the poller, the pipeline's questions); what people ask goes through tenants.ts. */
export async function loadTenant(q: Queryable, id: TenantId): Promise<Tenant | null> {
  const [row] = await q.select().from(tenants).where(eq(tenants.id, id));
  return row ?? null;
}

/** What an event tells about its tenant, for filters. `before` differs when the event changed the status. */
export function tenantFacts(tenant: Tenant, before: TenantStatus = tenant.status): TenantFacts {
  return {
    organization: tenant.organization,
    project: tenant.project,
    name: tenant.name,
    displayName: tenant.displayName,
    domain: tenant.domain,
    baselineId: tenant.baselineId,
    isBaseline: tenant.baselineId === null,
    statusBefore: before,
    statusAfter: tenant.status,
  };
}

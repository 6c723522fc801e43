import { type Column, type SQL, sql } from 'drizzle-orm';
import type { TenantId } from '../lib/ids.ts';
import type { Permission } from './permissions.ts';
import { type Scope, tenantsWith, type Viewer } from './viewer.ts';

/** The part of every read's `where` that keeps to the scope's tenants. undefined: all are theirs. */
export function visibleTo(
  scope: Scope,
  tenantId: Column,
  permission: Permission = 'readTenants',
): SQL | undefined {
  if ('ownWork' in scope) return undefined;
  const tenants = tenantsWith(scope, permission);
  return tenants === 'ALL' ? undefined : sql`${tenantId} = any(${sql.param([...tenants])}::text[])`;
}

/** The tenants that exist for the viewer: none without a role that may read. */
export function visibleTenants(viewer: Viewer): 'ALL' | ReadonlySet<TenantId> {
  return tenantsWith(viewer, 'readTenants');
}

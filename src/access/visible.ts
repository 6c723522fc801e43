import { type Column, type SQL, sql } from 'drizzle-orm';
import type { Viewer } from './viewer.ts';
import { permissions } from './permissions.ts';

/** The part of every read's `where` that keeps to the viewer's tenants. undefined: all are theirs. */
export function visibleTo(viewer: Viewer, tenantId: Column): SQL | undefined {
  const tenants = visibleTenants(viewer);
  return tenants === 'ALL' ? undefined : sql`${tenantId} = any(${sql.param([...tenants])}::text[])`;
}

/** The tenants that exist for the viewer: none without a role that may read. */
export function visibleTenants(viewer: Viewer): Viewer['tenants'] {
  return permissions.readTenants.roles.some((role) => viewer.roles.has(role)) ? viewer.tenants : new Set();
}

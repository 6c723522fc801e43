/** What viewers read of tenants. */
import { and, count, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Viewer } from '../access/viewer.ts';
import { visibleTo } from '../access/visible.ts';
import { projectLooks } from '../azure-devops/azure-devops.table.ts';
import type { Queryable } from '../database/database.ts';
import {
  inOrder,
  type KeyColumn,
  onPage,
  type Order,
  type Page,
  type PageRequest,
  toPage,
} from '../database/page.ts';
import type { TenantId } from '../lib/ids.ts';
import type { Tenant, TenantStatus } from './tenant.ts';
import { tenants } from './tenants.table.ts';

/** Each part that is given must hold. */
export type TenantFilter = {
  status?: readonly TenantStatus[] | null | undefined;
  /** Anywhere in the name, the display name or the domain, in any case. */
  search?: string | null | undefined;
  organization?: string | null | undefined;
  isBaseline?: boolean | null | undefined;
  baselineId?: TenantId | null | undefined;
  /** Also those that Azure DevOps no longer has. */
  includeRemoved?: boolean | null | undefined;
};

export const TENANT_ORDER_FIELDS = ['DISPLAY_NAME', 'STATUS', 'STATUS_SINCE'] as const;
export type TenantOrderField = (typeof TENANT_ORDER_FIELDS)[number];

/** What waits for a person comes first. */
const URGENCY: Record<TenantStatus, number> = {
  PENDING_AUTHENTICATION: 0,
  PENDING_APPROVAL: 1,
  NEW_ERROR: 2,
  IN_PROGRESS: 3,
  STARTING: 4,
  NOT_RUN: 5,
  IDLE: 6,
};

const urgencyOf = sql`(case ${tenants.status} ${sql.join(
  Object.entries(URGENCY).map(
    ([status, urgency]) => sql`when ${sql.raw(`'${status}'`)} then ${sql.raw(String(urgency))}`,
  ),
  sql` `,
)} end)`;

const byId: KeyColumn<Tenant> = { by: tenants.id, type: 'text', of: (tenant) => tenant.id };
const byName: KeyColumn<Tenant> = {
  by: tenants.displayName,
  type: 'text',
  of: (tenant) => tenant.displayName,
};

const COLUMNS: Record<TenantOrderField, KeyColumn<Tenant>[]> = {
  DISPLAY_NAME: [byName, byId],
  STATUS: [{ by: urgencyOf, type: 'int', of: (tenant) => URGENCY[tenant.status] }, byName, byId],
  STATUS_SINCE: [
    { by: tenants.statusSince, type: 'timestamptz', of: (tenant) => tenant.statusSince.toISOString() },
    byId,
  ],
};

export function tenantOrder(field: TenantOrderField, direction: 'ASC' | 'DESC'): Order<Tenant> {
  return { name: `tenants.${field}`, direction, columns: COLUMNS[field] };
}

export async function listTenants(
  db: Queryable,
  viewer: Viewer,
  list: { filter: TenantFilter; order: Order<Tenant>; page: PageRequest },
): Promise<Page<Tenant>> {
  const { filter, order, page } = list;
  const rows = await db
    .select()
    .from(tenants)
    .where(and(matching(viewer, filter), onPage(order, page)))
    .orderBy(...inOrder(order, page))
    .limit(page.limit + 1);
  return toPage(rows, page);
}

export async function countTenants(db: Queryable, viewer: Viewer, filter: TenantFilter): Promise<number> {
  const [row] = await db.select({ count: count() }).from(tenants).where(matching(viewer, filter));
  return row?.count ?? 0;
}

export async function countTenantsByStatus(
  db: Queryable,
  viewer: Viewer,
  filter: TenantFilter,
): Promise<Map<TenantStatus, number>> {
  const rows = await db
    .select({ status: tenants.status, count: count() })
    .from(tenants)
    .where(matching(viewer, filter))
    .groupBy(tenants.status);
  return new Map(rows.map((row) => [row.status, row.count]));
}

export function tenantsByIds(db: Queryable, viewer: Viewer, ids: readonly TenantId[]): Promise<Tenant[]> {
  return db
    .select()
    .from(tenants)
    .where(and(sql`${tenants.id} = any(${sql.param(ids)}::text[])`, visibleTo(viewer, tenants.id)));
}

export async function tenantByName(
  db: Queryable,
  viewer: Viewer,
  address: { organization: string; project: string; name: string },
): Promise<Tenant | null> {
  const { organization, project, name } = address;
  const [tenant] = await db
    .select()
    .from(tenants)
    .where(
      and(
        eq(tenants.organization, organization),
        eq(tenants.project, project),
        eq(tenants.name, name),
        isNull(tenants.removedAt),
        visibleTo(viewer, tenants.id),
      ),
    )
    .limit(1);
  return tenant ?? null;
}

export type ProjectLookTimes = { organization: string; project: string; lookedAt: Date | null };

export const projectKey = ({ organization, project }: { organization: string; project: string }) =>
  JSON.stringify([organization, project]);

/** When each project was last looked at: a handful of rows. Tells nothing of any tenant. */
export function projectLookTimes(db: Queryable): Promise<ProjectLookTimes[]> {
  const { organization, project, lookedAt } = projectLooks;
  return db.select({ organization, project, lookedAt }).from(projectLooks);
}

function matching(viewer: Viewer, filter: TenantFilter): SQL | undefined {
  const { status, search, organization, isBaseline, baselineId, includeRemoved } = filter;
  return and(
    visibleTo(viewer, tenants.id),
    includeRemoved ? undefined : isNull(tenants.removedAt),
    status ? inArray(tenants.status, [...status]) : undefined,
    organization == null ? undefined : eq(tenants.organization, organization),
    baselineId == null ? undefined : eq(tenants.baselineId, baselineId),
    isBaseline == null ? undefined : sql`(${tenants.baselineId} is null) = ${isBaseline}`,
    search ? contains(search) : undefined,
  );
}

function contains(search: string): SQL | undefined {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return or(
    ...[tenants.name, tenants.displayName, tenants.domain].map((column) => sql`${column} ilike ${pattern}`),
  );
}

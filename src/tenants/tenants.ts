/** What viewers read of tenants. */
import { and, count, eq, getColumns, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import { alias, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { isAnyOf, isOneOf, oneOrMany, readFor, type Visible } from '../access/read-for.ts';
import type { Viewer } from '../access/viewer.ts';
import { projectLooks } from '../azure-devops/azure-devops.table.ts';
import type { Queryable } from '../database/database.ts';
import {
  containing,
  inOrder,
  type KeyColumn,
  limited,
  onPage,
  type Order,
  type Page,
  type PageRequest,
  pageShape,
  pageValues,
  toPage,
  withPart,
} from '../database/page.ts';
import type { TenantId } from '../lib/ids.ts';
import { type Tenant, type TenantStatus, URGENCY } from './tenant.ts';
import { bringAlong, broughtAlong, type TenantEdge, tenantEdges } from './tenant-edges.ts';
import { tenants, urgencyOf } from './tenants.table.ts';

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

const byId: KeyColumn<Tenant> = { by: tenants.id, type: 'text', of: (tenant) => tenant.id };
const byName: KeyColumn<Tenant> = {
  by: tenants.displayName,
  type: 'text',
  of: (tenant) => tenant.displayName,
};

const COLUMNS: Record<TenantOrderField, KeyColumn<Tenant>[]> = {
  DISPLAY_NAME: [byName, byId],
  STATUS: [
    { by: urgencyOf(tenants.status), type: 'int', of: (tenant) => URGENCY[tenant.status] },
    byName,
    byId,
  ],
  STATUS_SINCE: [
    { by: tenants.statusSince, type: 'timestamptz', of: (tenant) => tenant.statusSince.toISOString() },
    byId,
  ],
};

export function tenantOrder(field: TenantOrderField, direction: 'ASC' | 'DESC'): Order<Tenant> {
  return { name: `tenants.${field}`, direction, columns: COLUMNS[field] };
}

/** The tenants again, as those that others follow. */
export const baselines = alias(tenants, 'baselines');

type TenantList = {
  filter: TenantFilter;
  order: Order<Tenant>;
  page: PageRequest;
  /** The rows that are read together with the tenants. */
  edges: readonly TenantEdge[];
  /** Of which rows only what lists mostly show is read: `tenant`, and names of edges. */
  brief?: readonly string[];
};

export async function listTenants(
  db: Queryable,
  viewer: Viewer,
  { filter, order, page, edges, brief = [] }: TenantList,
): Promise<Page<Tenant>> {
  const rows = await readFor(db, viewer, {
    shape: ['tenants', shapeOf(filter), pageShape(order, page), edges.map(({ name }) => name), brief],
    values: { ...valuesOf(filter), ...pageValues(page) },
    // What many names hold is found soonest in the list's order, what few hold by the index of their letters.
    dependsOnValues: Boolean(filter.search),
    build: (visible) =>
      limited(
        tenantRows(db, visible, { edges, brief, part: page.part })
          .where(and(matching(visible, filter), onPage(order, page)))
          .orderBy(...inOrder(order, page)),
      ),
  });
  return toPage(
    rows.map(({ tenant, ...brought }) => withPart(bringAlong(tenant, brought), broughtAlong(tenant, PART))),
    page,
  );
}

/** A look at a project observes all its tenants; discovery observed a tenant that no look has shown yet. */
const columns = {
  ...getColumns(tenants),
  observedAt: sql`greatest(${tenants.observedAt}, ${projectLooks.lookedAt})`.mapWith(tenants.observedAt),
};

const { id, displayName, domain, status, statusSince, version, latestRunId } = columns;
const briefColumns = { id, displayName, domain, status, statusSince, version, latestRunId };
/** What its columns answer. When it was observed, they do not tell alone. */
const { observedAt: _alsoByLooks, ...ownColumns } = getColumns(tenants);
export const TENANT_COLUMNS: Readonly<Record<string, PgColumn>> = ownColumns;

/** The fields that these columns answer. */
export const BRIEF_FIELDS: readonly string[] = [
  ...Object.keys(briefColumns),
  '__typename',
  'statusLabel',
  'latestRun',
];

const PART = 'part';

function tenantRows(
  db: Queryable,
  visible: Visible,
  { edges = [], brief = [], part }: Partial<Pick<TenantList, 'edges' | 'brief'> & PageRequest> = {},
) {
  const joined: Record<string, PgTable | Readonly<Record<string, PgColumn | SQL>>> = {};
  if (part) joined[PART] = part.columns;
  else
    for (const { name, table, brief: few } of edges)
      joined[name] = few && brief.includes(name) ? few.columns : table;
  const isBrief = brief.includes('tenant') || part !== undefined;
  // Whoever reads in brief, or a part, asks for nothing else.
  const few = part && !part.hasCursors ? { id } : briefColumns;
  const tenant = isBrief ? (few as typeof columns) : columns;
  let query = db
    .select({ ...joined, tenant })
    .from(tenants)
    .$dynamic();
  const look = and(
    eq(projectLooks.organization, tenants.organization),
    eq(projectLooks.project, tenants.project),
  );
  if (!isBrief) query = query.leftJoin(projectLooks, look);
  for (const { table, on } of edges) query = query.leftJoin(table, on(visible));
  return query;
}

export async function countTenants(db: Queryable, viewer: Viewer, filter: TenantFilter): Promise<number> {
  const [row] = await readFor(db, viewer, {
    shape: ['countTenants', shapeOf(filter)],
    values: valuesOf(filter),
    build: (visible) => db.select({ count: count() }).from(tenants).where(matching(visible, filter)),
  });
  return row?.count ?? 0;
}

export async function countTenantsByStatus(
  db: Queryable,
  viewer: Viewer,
  filter: TenantFilter,
): Promise<Map<TenantStatus, number>> {
  const rows = await readFor(db, viewer, {
    shape: ['countTenantsByStatus', shapeOf(filter)],
    values: valuesOf(filter),
    build: (visible) =>
      db
        .select({ status: tenants.status, count: count() })
        .from(tenants)
        .where(matching(visible, filter))
        .groupBy(tenants.status),
  });
  return new Map(rows.map((row) => [row.status, row.count]));
}

const ofOneMoment = () => tenantEdges.filter(({ isOfOneMoment }) => isOfOneMoment);

export async function tenantsByIds(
  db: Queryable,
  viewer: Viewer,
  ids: readonly TenantId[],
): Promise<Tenant[]> {
  const rows = await readFor(db, viewer, {
    shape: ['tenantsByIds'],
    values: { ids },
    build: (visible) =>
      tenantRows(db, visible, { edges: ofOneMoment() }).where(
        and(isAnyOf(tenants.id, 'ids'), visible(tenants.id)),
      ),
  });
  return rows.map(({ tenant, ...brought }) => bringAlong(tenant, brought));
}

export async function tenantByName(
  db: Queryable,
  viewer: Viewer,
  address: { organization: string; project: string; name: string },
): Promise<Tenant | null> {
  const [row] = await readFor(db, viewer, {
    shape: ['tenantByName'],
    values: address,
    build: (visible) =>
      tenantRows(db, visible, { edges: ofOneMoment() })
        .where(
          and(
            eq(tenants.organization, sql.placeholder('organization')),
            eq(tenants.project, sql.placeholder('project')),
            eq(tenants.name, sql.placeholder('name')),
            isNull(tenants.removedAt),
            visible(tenants.id),
          ),
        )
        .limit(1),
  });
  if (!row) return null;
  const { tenant, ...brought } = row;
  return bringAlong(tenant, brought);
}

function matching(visible: Visible, filter: TenantFilter): SQL | undefined {
  const { status, search, organization, isBaseline, baselineId, includeRemoved } = filter;
  return and(
    visible(tenants.id),
    includeRemoved ? undefined : isNull(tenants.removedAt),
    status ? isOneOf(tenants.status, 'status', status) : undefined,
    organization == null ? undefined : eq(tenants.organization, sql.placeholder('organization')),
    baselineId == null ? undefined : eq(tenants.baselineId, sql.placeholder('baselineId')),
    isBaseline == null ? undefined : isBaseline ? isNull(tenants.baselineId) : isNotNull(tenants.baselineId),
    search
      ? or(
          ...[tenants.name, tenants.displayName, tenants.domain].map(
            (column) => sql`${column} ilike ${sql.placeholder('pattern')}`,
          ),
        )
      : undefined,
  );
}

/** What `matching` looks at besides the values. */
const shapeOf = (filter: TenantFilter) => [
  Boolean(filter.includeRemoved),
  oneOrMany(filter.status) ?? null,
  filter.organization == null,
  filter.baselineId == null,
  filter.isBaseline ?? null,
  Boolean(filter.search),
];

const valuesOf = ({ status, search, organization, baselineId }: TenantFilter) => ({
  status,
  organization,
  baselineId,
  pattern: search && containing(search),
});

import { and, eq, getColumns } from 'drizzle-orm';
import type { GraphQLResolveInfo } from 'graphql';
import { presentTime } from '../database/present-time.ts';
import { byKey, defineLoader } from '../graphql/loaders.ts';
import { askedBelow } from '../graphql/look-ahead.ts';
import type { Context } from '../graphql/context.ts';
import { builder } from '../graphql/builder.ts';
import { Node, registerNode } from '../graphql/node.ts';
import { connectionOf, pageArgs, type PageArgs, parsePage, toConnection } from '../graphql/paging.ts';
import { rowSources, shapeFor } from '../graphql/row-shape.ts';
import type { TenantId } from '../lib/ids.ts';
import { STATUS_LABELS, type SyncSchedule, type Tenant } from './tenant.ts';
import { GateStateEnum, TenantStatusEnum } from './tenant-enums.graphql.ts';
import { broughtAlong, tenantEdges } from './tenant-edges.ts';
import {
  baselines,
  BRIEF_FIELDS,
  countTenants,
  listTenants,
  TENANT_COLUMNS,
  type TenantFilter,
  tenantOrder,
  tenantsByIds,
} from './tenants.ts';
import { tenants } from './tenants.table.ts';

export const tenantById = defineLoader<TenantId, Tenant>(async ({ db, viewer }, ids) =>
  byKey(await tenantsByIds(db, viewer, ids), (tenant) => tenant.id),
);

/** What these tell does not stand in the tenant's own row. */
const LOOK_FIELDS = ['observedAt', 'isStale'];

const { observedAt: _alsoByLooks, ...baselineColumns } = getColumns(baselines);

tenantEdges.push({
  name: 'baseline',
  isWanted: (asked) => asked().has('baseline') && !LOOK_FIELDS.some((field) => asked('baseline').has(field)),
  table: baselines,
  columns: baselineColumns,
  on: (visible) => and(eq(baselines.id, tenants.baselineId), visible(baselines.id)),
});

function baselineOf(context: Context, tenant: Tenant): Promise<Tenant | null> | Tenant | null {
  if (tenant.baselineId === null) return null;
  const brought = broughtAlong<Tenant>(tenant, 'baseline');
  return brought === undefined ? tenantById(context, tenant.baselineId) : brought;
}

/** For objects that cannot be without their tenant. */
export async function tenantOf(context: Context, { tenantId }: { tenantId: TenantId }): Promise<Tenant> {
  const tenant = await tenantById(context, tenantId);
  if (!tenant) throw new Error(`The tenant ${tenantId} cannot be read, although something of it could.`);
  return tenant;
}

export async function isStale(
  { db, staleAfterMs }: Context,
  { observedAt }: { observedAt: Date },
): Promise<boolean> {
  const now = await presentTime(db);
  return now.getTime() - observedAt.getTime() > staleAfterMs;
}

/** What else is read with the tenants is seen in what is asked for of each. */
export async function tenantConnection(
  { db, viewer }: Context,
  list: { filter: TenantFilter; order: ReturnType<typeof tenantOrder>; info: GraphQLResolveInfo },
  args: PageArgs,
) {
  const { filter, order, info } = list;
  const asked = (...field: string[]) => askedBelow(info, ['nodes', ...field], ['edges', 'node', ...field]);
  const edges = tenantEdges.filter(({ isWanted }) => isWanted(asked));
  const brief = edges.filter((edge) => edge.brief?.isEnough(asked)).map(({ name }) => name);
  if ([...asked()].every((field) => BRIEF_FIELDS.includes(field))) brief.push('tenant');
  const page = await listTenants(db, viewer, {
    filter,
    order,
    edges,
    brief,
    page: parsePage(args, order, shapeFor(info)?.part),
  });
  return toConnection(page, order, () => countTenants(db, viewer, filter));
}

const SyncScheduleType = builder.objectRef<SyncSchedule>('SyncSchedule').implement({
  description: 'When the pipeline starts syncs by itself.',
  fields: (t) => ({
    cron: t.exposeStringList('cron', {
      description: 'Cron expressions of five fields, in UTC, as the pipeline has them.',
    }),
  }),
});

export const TenantType = builder.objectRef<Tenant>('Tenant');
export const TenantConnection = connectionOf('Tenant', TenantType, 'tenants');

rowSources.set('Tenant', () => ({
  columns: TENANT_COLUMNS,
  edges: Object.fromEntries(tenantEdges.map(({ name, columns }) => [name, { columns, path: name }])),
}));

TenantType.implement({
  description:
    'A Microsoft 365 tenant that is kept as code: a Git repository and a sync pipeline in Azure DevOps.',
  interfaces: [Node],
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'Name of its repository and environment in Azure DevOps, unique in the project.',
    }),
    displayName: t.exposeString('displayName', { description: 'The name to show.' }),
    domain: t.exposeString('domain', {
      nullable: true,
      description: 'Its default domain, like contoso.onmicrosoft.com; null when the repository does not say.',
    }),
    organization: t.exposeString('organization', { description: 'The Azure DevOps organization.' }),
    project: t.exposeString('project', { description: 'The Azure DevOps project.' }),
    repositoryUrl: t.exposeString('repositoryUrl', {
      description: 'Address of its repository in Azure DevOps.',
    }),
    baseline: t.field({
      type: TenantType,
      nullable: true,
      description: 'The tenant whose configuration this one follows; null when it follows none.',
      resolve: (tenant, _args, context) => baselineOf(context, tenant),
    }),
    downstreamTenants: t.field({
      type: TenantConnection,
      description: 'The tenants that follow this one, by display name.',
      args: pageArgs,
      resolve: (tenant, args, context, info) =>
        tenantConnection(
          context,
          { filter: { baselineId: tenant.id }, order: tenantOrder('DISPLAY_NAME', 'ASC'), info },
          args,
        ),
    }),
    isBackupOnly: t.exposeBoolean('isBackupOnly', {
      description: 'Its syncs only back up and preview; they never write to the tenant.',
    }),
    requiresApproval: t.exposeBoolean('requiresApproval', {
      description: 'A person must approve the changes of a sync before they are written.',
    }),
    fourEyes: t.exposeBoolean('fourEyes', {
      description: 'Whoever asked for a sync may not decide it, and no script may.',
    }),
    approvers: t.expose('approvers', {
      type: ['String'],
      description:
        'Who alone may decide its syncs, of those whose role allows it: `person/<directory id>/<object id>`, `group/…`, `application/…` or `key/<id of a key>`. Empty: whoever has the role.',
    }),
    isRemoved: t.boolean({
      description: 'Azure DevOps no longer has its repository or pipeline. Its history is kept.',
      resolve: (tenant) => tenant.removedAt !== null,
    }),
    status: t.expose('status', { type: TenantStatusEnum, description: 'The word of the status column.' }),
    statusLabel: t.string({
      description: "The status in the product's own words: “Pending approval”.",
      resolve: (tenant) => STATUS_LABELS[tenant.status],
    }),
    statusSince: t.expose('statusSince', {
      type: 'DateTime',
      description: 'Since when the status is what it is.',
    }),
    version: t.exposeInt('version', {
      description:
        'Rises by one with every change of the status. Compare it, not times, to tell what is newer.',
    }),
    gate: t.expose('gate', {
      type: GateStateEnum,
      description: 'Whether Azure DevOps holds syncs before they write.',
    }),
    schedule: t.expose('schedule', {
      type: SyncScheduleType,
      nullable: true,
      description: 'When syncs start by themselves; null when they do not.',
    }),
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      description: 'When Azure DevOps was last asked about it.',
    }),
    isStale: t.boolean({
      description:
        'Azure DevOps could not be asked for longer than promised: what is shown may be out of date.',
      resolve: (tenant, _args, context) => isStale(context, tenant),
    }),
  }),
});

registerNode('ten', 'Tenant', tenantById);

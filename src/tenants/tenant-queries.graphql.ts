import { builder } from '../graphql/builder.ts';
import { parseId } from '../graphql/ids.ts';
import { pageArgs } from '../graphql/paging.ts';
import { TENANT_STATUSES, type TenantStatus } from './tenant.ts';
import { TenantStatusEnum } from './tenant-enums.graphql.ts';
import { parseTenantFilter, TenantFilterInput, TenantOrderInput } from './tenant-filter.graphql.ts';
import { countTenantsByStatus, tenantByName, tenantOrder } from './tenants.ts';
import { tenantById, TenantConnection, tenantConnection, TenantType } from './tenants.graphql.ts';

const TenantStatusCount = builder
  .objectRef<{ status: TenantStatus; count: number }>('TenantStatusCount')
  .implement({
    description: 'How many tenants have a status.',
    fields: (t) => ({
      status: t.expose('status', { type: TenantStatusEnum, description: 'The status.' }),
      count: t.exposeInt('count', { description: 'How many tenants have it; 0 is told too.' }),
    }),
  });

builder.queryFields((t) => ({
  tenant: t.field({
    type: TenantType,
    nullable: true,
    description: 'The tenant of that id; null when none exists for the viewer.',
    args: { id: t.arg.id({ required: true, description: "A tenant's id." }) },
    resolve: (_root, { id }, context) => tenantById(context, parseId(id, 'ten')),
  }),
  tenantByName: t.field({
    type: TenantType,
    nullable: true,
    description: 'The tenant with that name in Azure DevOps; null when none exists for the viewer.',
    args: {
      organization: t.arg.string({ required: true, description: 'The Azure DevOps organization.' }),
      project: t.arg.string({ required: true, description: 'The Azure DevOps project.' }),
      name: t.arg.string({ required: true, description: "The name of the tenant's repository." }),
    },
    resolve: (_root, address, { db, viewer }) => tenantByName(db, viewer, address),
  }),
  tenants: t.field({
    type: TenantConnection,
    description: 'The tenants that the viewer may see, by display name unless another order is asked for.',
    args: {
      ...pageArgs,
      filter: t.arg({ type: TenantFilterInput, description: 'Which of them; all when left out.' }),
      orderBy: t.arg({
        type: TenantOrderInput,
        description: 'In which order. A cursor belongs to its order.',
      }),
    },
    resolve: (_root, { filter, orderBy, ...page }, context, info) => {
      const order = tenantOrder(orderBy?.field ?? 'DISPLAY_NAME', orderBy?.direction ?? 'ASC');
      return tenantConnection(context, { filter: parseTenantFilter(filter), order, info }, page);
    },
  }),
  tenantStatusCounts: t.field({
    type: [TenantStatusCount],
    description:
      'How many tenants have each status: one entry for each of the seven, in the order of the enum.',
    args: {
      filter: t.arg({ type: TenantFilterInput, description: 'Which tenants to count; all when left out.' }),
    },
    resolve: async (_root, { filter }, { db, viewer }) => {
      const counts = await countTenantsByStatus(db, viewer, parseTenantFilter(filter));
      return TENANT_STATUSES.map((status) => ({ status, count: counts.get(status) ?? 0 }));
    },
  }),
}));

import { builder } from '../graphql/builder.ts';
import { EventInterface, TenantEventInterface, type ToldEvent } from '../graphql/event.ts';
import { type EventQuery, tellEvents } from '../graphql/tell-events.ts';
import type { TenantStatus } from './tenant.ts';
import { TenantStatusEnum } from './tenant-enums.graphql.ts';
import { parseTenantFilter, TenantFilterInput } from './tenant-filter.graphql.ts';
import { tenantOf, TenantType } from './tenants.graphql.ts';
import type { TenantFilter } from './tenants.ts';

builder.interfaceField(TenantEventInterface, 'tenant', (t) =>
  t.field({
    type: TenantType,
    description: 'The tenant it is about, as it is now.',
    resolve: (event, _args, context) => tenantOf(context, event),
  }),
);

export const TenantStatusChanged = builder
  .objectRef<ToldEvent<'TENANT_STATUS_CHANGED'>>('TenantStatusChanged')
  .implement({
    description: 'The status of a tenant changed.',
    interfaces: [EventInterface, TenantEventInterface],
    fields: (t) => ({
      previousStatus: t.field({
        type: TenantStatusEnum,
        description: 'The status before.',
        resolve: ({ body }) => body.previousStatus as TenantStatus,
      }),
      status: t.field({
        type: TenantStatusEnum,
        description: 'The status after. The tenant itself may have moved on since.',
        resolve: ({ body }) => body.status as TenantStatus,
      }),
      version: t.int({
        description: "The tenant's version after this change.",
        resolve: ({ body }) => body.version,
      }),
    }),
  });

builder.objectRef<ToldEvent<'TENANT_ADDED'>>('TenantAdded').implement({
  description: 'A tenant was discovered in Azure DevOps.',
  interfaces: [EventInterface, TenantEventInterface],
});

builder.objectRef<ToldEvent<'TENANT_REMOVED'>>('TenantRemoved').implement({
  description: "Azure DevOps no longer has the tenant's repository or pipeline. Its history is kept.",
  interfaces: [EventInterface, TenantEventInterface],
});

/** The part of a filter on tenants that events know: whether one was removed is an event of its own. */
export function eventQueryOf(filter: TenantFilter): EventQuery {
  return {
    tenant: {
      statuses: filter.status ?? undefined,
      organization: filter.organization ?? undefined,
      baselineId: filter.baselineId ?? undefined,
      isBaseline: filter.isBaseline ?? undefined,
      search: filter.search ?? undefined,
    },
  };
}

builder.subscriptionField('tenantStatusChanged', (t) =>
  t.field({
    type: TenantStatusChanged,
    description:
      'Every change of a status, as it happens. Begins with the next one, or exactly behind `after`: then nothing since is missed.',
    args: {
      filter: t.arg({
        type: TenantFilterInput,
        description: 'Only tenants that fit before or after the change; all when left out.',
      }),
      after: t.arg({
        type: 'Cursor',
        description: 'Resume behind this cursor. One that is too old is refused with CURSOR_EXPIRED.',
      }),
    },
    subscribe: (_root, { filter, after }, context) =>
      tellEvents(
        context,
        { ...eventQueryOf(parseTenantFilter(filter)), kinds: ['TENANT_STATUS_CHANGED'] },
        after,
      ),
    resolve: (event) => event,
  }),
);

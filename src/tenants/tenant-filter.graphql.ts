import { builder } from '../graphql/builder.ts';
import { parseId } from '../graphql/ids.ts';
import { OrderDirectionEnum, TenantOrderFieldEnum, TenantStatusEnum } from './tenant-enums.graphql.ts';
import type { TenantFilter } from './tenants.ts';

export const TenantFilterInput = builder.inputType('TenantFilter', {
  description: 'Which tenants. Each part that is given must hold.',
  fields: (t) => ({
    status: t.field({ type: [TenantStatusEnum], description: 'The status is one of these.' }),
    search: t.string({
      description: 'This text occurs in the name, the display name or the domain, in any case.',
    }),
    organization: t.string({ description: 'The Azure DevOps organization has this name.' }),
    isBaseline: t.boolean({
      description: 'true: only baselines, which follow no other tenant; false: only tenants that follow one.',
    }),
    baselineId: t.id({ description: 'The tenant follows this baseline.' }),
    includeRemoved: t.boolean({
      description: 'Also tenants that Azure DevOps no longer has. They are left out otherwise.',
    }),
  }),
});

export const TenantOrderInput = builder.inputType('TenantOrder', {
  description: 'How tenants are ordered. Equal ones are ordered by their ids.',
  fields: (t) => ({
    field: t.field({ type: TenantOrderFieldEnum, required: true, description: 'What they are ordered by.' }),
    direction: t.field({
      type: OrderDirectionEnum,
      defaultValue: 'ASC',
      description: 'Which end comes first.',
    }),
  }),
});

export function parseTenantFilter(
  input: typeof TenantFilterInput.$inferInput | null | undefined,
): TenantFilter {
  if (!input) return {};
  return { ...input, baselineId: input.baselineId == null ? null : parseId(input.baselineId, 'ten') };
}

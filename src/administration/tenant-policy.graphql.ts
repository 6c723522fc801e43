import { builder } from '../graphql/builder.ts';
import { idempotencyKeyDescription, KEY_REFUSALS, onceFor } from '../graphql/idempotency.ts';
import { memberOf, refusable } from '../graphql/refusals.ts';
import { InvalidInput, NotFound } from '../sync-runs/refusals.ts';
import { InvalidInputType, NotFoundType } from '../sync-runs/refusals.graphql.ts';
import { inputId } from '../sync-runs/sync-run-mutations.graphql.ts';
import { TenantType } from '../tenants/tenants.graphql.ts';
import { setTenantPolicy } from './set-tenant-policy.ts';

const SetTenantPolicyInput = builder.inputType('SetTenantPolicyInput', {
  description: "A tenant's policies. What is left out stays as it is.",
  fields: (t) => ({
    tenantId: t.id({ required: true, description: 'Which tenant.' }),
    requiresApproval: t.boolean({
      description: 'A person must approve the changes of a sync before they are written.',
    }),
    fourEyes: t.boolean({ description: 'Whoever asked for a sync may not decide it, and no script may.' }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const TenantPolicyResult = builder.unionType('TenantPolicyResult', {
  description: 'The tenant with its policies, or why they were not set.',
  types: [TenantType, NotFoundType, InvalidInputType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'Tenant'),
});

builder.mutationField('setTenantPolicy', (t) =>
  t.field({
    type: TenantPolicyResult,
    description: 'Sets the policies of a tenant. For admins; it is put on record.',
    args: {
      input: t.arg({ type: SetTenantPolicyInput, required: true, description: 'Which, and for whom.' }),
    },
    resolve: (_root, { input }, context) =>
      refusable([NotFound, InvalidInput], async () =>
        setTenantPolicy(context.services, context.viewer, {
          tenantId: inputId('tenantId', input.tenantId, 'ten'),
          requiresApproval: input.requiresApproval ?? undefined,
          fourEyes: input.fourEyes ?? undefined,
          once: await onceFor(context, { mutation: 'setTenantPolicy', input }),
        }),
      ),
  }),
);

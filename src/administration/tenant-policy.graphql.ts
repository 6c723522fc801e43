import { builder } from '../graphql/builder.ts';
import { idempotencyKeyDescription, KEY_REFUSALS, onceFor } from '../graphql/idempotency.ts';
import { memberOf, refusable } from '../graphql/refusals.ts';
import { isApprover } from '../access/role-grants.ts';
import { InvalidInput, NotFound } from '../sync-runs/refusals.ts';
import { InvalidInputType, NotFoundType } from '../sync-runs/refusals.graphql.ts';
import { inputId } from '../sync-runs/sync-run-mutations.graphql.ts';
import { TenantType } from '../tenants/tenants.graphql.ts';
import { setTenantPolicy } from './set-tenant-policy.ts';

const MOST_APPROVERS = 100;

const SetTenantPolicyInput = builder.inputType('SetTenantPolicyInput', {
  description: "A tenant's policies. What is left out stays as it is.",
  fields: (t) => ({
    tenantId: t.id({ required: true, description: 'Which tenant.' }),
    requiresApproval: t.boolean({
      description: 'A person must approve the changes of a sync before they are written.',
    }),
    fourEyes: t.boolean({ description: 'Whoever asked for a sync may not decide it, and no script may.' }),
    approvers: t.stringList({
      description: `Who alone may decide, of those whose role allows it: \`person/<directory id>/<object id>\`, \`group/…\`, \`application/…\` or \`key/<id of a key>\`, at most ${MOST_APPROVERS}. An empty list: whoever has the role.`,
    }),
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
          approvers: input.approvers ? checkedApprovers(input.approvers) : undefined,
          once: await onceFor(context, { mutation: 'setTenantPolicy', input }),
        }),
      ),
  }),
);

function checkedApprovers(subjects: readonly string[]): string[] {
  const known = [...new Set(subjects.map((subject) => subject.toLowerCase()))];
  if (known.length > MOST_APPROVERS)
    throw new InvalidInput(
      'approvers',
      `At most ${MOST_APPROVERS} approvers are taken. Name a group instead.`,
    );
  const wrong = known.find((subject) => !isApprover(subject));
  if (wrong === undefined) return known;
  const message = `"${wrong.slice(0, 120)}" names nobody. Write it as \`person/<directory id>/<object id>\`, \`group/…\`, \`application/…\` or \`key/<id of a key>\`.`;
  throw new InvalidInput('approvers', message);
}

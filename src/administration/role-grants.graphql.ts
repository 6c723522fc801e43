import { grantRole, isSubject, listRoleGrants, type RoleGrant, withdrawRole } from '../access/role-grants.ts';
import { ActorType } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { idempotencyKeyDescription, KEY_REFUSALS, onceFor } from '../graphql/idempotency.ts';
import { memberOf, refusable } from '../graphql/refusals.ts';
import { RoleEnum } from '../graphql/viewer.ts';
import { InvalidInput, NotFound } from '../sync-runs/refusals.ts';
import { InvalidInputType, NotFoundType } from '../sync-runs/refusals.graphql.ts';
import { inputId } from '../sync-runs/sync-run-mutations.graphql.ts';

const subjectDescription =
  'To whom: `person/<directory id>/<object id>`, `group/…` or `application/…` of Entra ID, or `key/<id of a key>`.';

const RoleGrantType = builder.objectRef<RoleGrant>('RoleGrant').implement({
  description: 'A role that somebody was given here. App roles of Entra ID come on top.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the grant, to withdraw it.' }),
    subject: t.exposeString('subject', { description: subjectDescription }),
    role: t.expose('role', { type: RoleEnum, description: 'What they may do.' }),
    tenantId: t.exposeID('tenantId', { nullable: true, description: 'For which tenant; null: for all.' }),
    grantedBy: t.expose('grantedBy', { type: ActorType, description: 'Who granted it.' }),
    grantedAt: t.expose('grantedAt', { type: 'DateTime', description: 'When.' }),
  }),
});

const GrantRoleInput = builder.inputType('GrantRoleInput', {
  description: 'Which role, to whom, for what.',
  fields: (t) => ({
    subject: t.string({ required: true, description: subjectDescription }),
    role: t.field({ type: RoleEnum, required: true, description: 'What they may do.' }),
    tenantId: t.id({ description: 'For this tenant only; left out: for all, those to come included.' }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const WithdrawRoleInput = builder.inputType('WithdrawRoleInput', {
  description: 'Which grant to withdraw.',
  fields: (t) => ({
    grantId: t.id({ required: true, description: 'The grant.' }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const RoleGrantResult = builder.unionType('RoleGrantResult', {
  description: 'The grant, or why nothing was done.',
  types: [RoleGrantType, NotFoundType, InvalidInputType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'RoleGrant'),
});

builder.queryField('roleGrants', (t) =>
  t.field({
    type: [RoleGrantType],
    description: 'The grants for tenants whose admin the viewer is; all for an admin of the fleet.',
    resolve: (_root, _args, { db, viewer }) => listRoleGrants(db, viewer),
  }),
);

builder.mutationFields((t) => ({
  grantRole: t.field({
    type: RoleGrantResult,
    description: 'Grants a role. For admins of what it is for. What is granted already stays as it is.',
    args: { input: t.arg({ type: GrantRoleInput, required: true, description: 'What to grant.' }) },
    resolve: (_root, { input }, context) =>
      refusable([InvalidInput], async () => {
        const { subject, role, tenantId } = input;
        const known = subject.toLowerCase();
        if (!isSubject(known)) {
          const message = `"${subject.slice(0, 120)}" names nobody. Write it as \`person/<directory id>/<object id>\`, \`group/…\`, \`application/…\` or \`key/<id of a key>\`.`;
          throw new InvalidInput('subject', message);
        }
        const id = tenantId == null ? null : inputId('tenantId', tenantId, 'ten');
        const once = await onceFor(context, { mutation: 'grantRole', input });
        return grantRole(context.db, context.viewer, { subject: known, role, tenantId: id, once });
      }),
  }),
  withdrawRole: t.field({
    type: RoleGrantResult,
    description: 'Withdraws a grant. Open streams that relied on it end within 5 seconds with 4403.',
    args: { input: t.arg({ type: WithdrawRoleInput, required: true, description: 'Which grant.' }) },
    resolve: (_root, { input }, context) =>
      refusable([NotFound, InvalidInput], async () => {
        const gone = await withdrawRole(context.db, context.viewer, {
          id: inputId('grantId', input.grantId, 'grt'),
          once: await onceFor(context, { mutation: 'withdrawRole', input }),
        });
        if (!gone) throw new NotFound(`There is no grant ${input.grantId}. roleGrants lists them.`);
        return gone;
      }),
  }),
}));

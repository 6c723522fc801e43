import { AUDIT_ORDER, type AuditFilter, countAudit, listAudit } from '../access/audit-log.ts';
import type { AuditAct, AuditEntry, AuditOutcome } from '../access/audit-entry.ts';
import { mustBeAllowedSomewhere } from '../access/viewer.ts';
import { ActorType } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { enumOf } from '../graphql/enums.ts';
import { parseId } from '../graphql/ids.ts';
import { connectionOf, pageArgs, parsePage, toConnection } from '../graphql/paging.ts';

const AuditActEnum = enumOf<AuditAct>('AuditAct', 'What was done, or tried.', {
  START_SYNC: 'A sync was started.',
  CANCEL_SYNC: 'A sync was cancelled.',
  RESTART_AUTHENTICATION: 'Another code for a sign-in was asked for.',
  APPROVE: 'Changes were approved.',
  REJECT: 'Changes were rejected.',
  REJECT_AND_REVERT: 'Changes were rejected and discarded.',
  RETRY_REVERT: 'A revert was tried again.',
  SET_TENANT_POLICY: "A tenant's policies were set.",
  CREATE_API_KEY: 'A key was made.',
  ROTATE_API_KEY: 'A key was given a new secret.',
  REVOKE_API_KEY: 'A key was revoked.',
  GRANT_ROLE: 'A role was granted.',
  WITHDRAW_ROLE: 'A role was withdrawn.',
  EXPORT_AUDIT_LOG: 'The audit log was exported.',
  CREATE_WEB_HOOK: 'A web hook was made.',
  UPDATE_WEB_HOOK: 'A web hook was changed.',
  ROTATE_WEB_HOOK_SECRET: 'A web hook was given a new secret.',
  SWITCH_WEB_HOOK: 'A web hook was switched on or off.',
  DELETE_WEB_HOOK: 'A web hook was deleted.',
  REPLAY_WEB_HOOK: 'Deliveries of a web hook were asked for again.',
  TEST_WEB_HOOK: 'A test event was sent to a web hook.',
});

const AuditOutcomeEnum = enumOf<AuditOutcome>('AuditOutcome', 'What became of it.', {
  DONE: 'It was done.',
  REFUSED: 'It was refused; the detail `reason` says why.',
});

const AuditDetailType = builder.objectRef<{ name: string; value: string }>('AuditDetail').implement({
  description: 'A fact of an act.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is.' }),
    value: t.exposeString('value', { description: 'Its value, as JSON text.' }),
  }),
});

const AuditEntryType = builder.objectRef<AuditEntry>('AuditEntry').implement({
  description: 'One act on record. Entries are never changed or deleted.',
  fields: (t) => ({
    position: t.exposeInt('position', { description: 'Its place in the log, from 1 without a gap.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was done.' }),
    act: t.expose('act', { type: AuditActEnum, description: 'What was done.' }),
    outcome: t.expose('outcome', { type: AuditOutcomeEnum, description: 'Whether it was done or refused.' }),
    actor: t.expose('actor', { type: ActorType, description: 'Who did it.' }),
    personId: t.exposeString('personId', { description: 'Who it counts for when it is decided about.' }),
    tenantId: t.exposeID('tenantId', { nullable: true, description: 'The tenant, when it is about one.' }),
    target: t.exposeString('target', { nullable: true, description: 'What it was done to.' }),
    details: t.field({
      type: [AuditDetailType],
      description: 'Its other facts.',
      resolve: ({ details }) =>
        Object.entries(details).map(([name, value]) => ({ name, value: JSON.stringify(value) })),
    }),
    hash: t.exposeString('hash', {
      description:
        'SHA-256 over the entry and the hash of the one before: changing one shows in all that follow.',
    }),
  }),
});

const AuditConnection = connectionOf('AuditEntry', AuditEntryType, 'entries');

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Which entries. Each part that is given must hold.',
  fields: (t) => ({
    acts: t.field({ type: [AuditActEnum], description: 'It is one of these acts.' }),
    outcome: t.field({ type: AuditOutcomeEnum, description: 'It had this outcome.' }),
    tenantId: t.id({ description: 'It is about this tenant.' }),
    personId: t.string({ description: 'This person or script did it.' }),
    from: t.field({ type: 'DateTime', description: 'It was done then or later.' }),
    until: t.field({ type: 'DateTime', description: 'It was done then or earlier.' }),
  }),
});

function parseFilter(input: typeof AuditFilterInput.$inferInput | null | undefined): AuditFilter {
  if (!input) return {};
  const { tenantId, ...rest } = input;
  return { ...rest, tenantId: tenantId == null ? null : parseId(tenantId, 'ten') };
}

builder.queryField('auditLog', (t) =>
  t.field({
    type: AuditConnection,
    description:
      'What was done and refused, oldest first: everything for an admin of the fleet, what is about a tenant for its admin. `GET /audit-log` exports all of it.',
    args: {
      ...pageArgs,
      filter: t.arg({ type: AuditFilterInput, description: 'Which entries; all when left out.' }),
    },
    resolve: async (_root, { filter: input, ...page }, { db, viewer }) => {
      mustBeAllowedSomewhere(viewer, 'readAudit');
      const filter = parseFilter(input);
      const found = await listAudit(db, viewer, { filter, page: parsePage(page, AUDIT_ORDER) });
      return toConnection(found, AUDIT_ORDER, () => countAudit(db, viewer, filter));
    },
  }),
);

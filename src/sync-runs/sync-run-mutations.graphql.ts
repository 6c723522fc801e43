import type { Once } from '../access/once.ts';
import { forEachItem } from '../graphql/bulk.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { malformedId } from '../graphql/ids.ts';
import { idempotencyKeyDescription, KEY_REFUSALS, onceFor } from '../graphql/idempotency.ts';
import { memberOf, refusable } from '../graphql/refusals.ts';
import { type Id, type IdPrefix, isId } from '../lib/ids.ts';
import type { SyncMode } from '../pipeline/contract.ts';
import { tenantById } from '../tenants/tenants.graphql.ts';
import { cancelSync } from './cancel-sync.ts';
import { ActionRefused, InvalidInput, NotFound, SyncAlreadyOpen } from './refusals.ts';
import {
  ActionRefusedType,
  InvalidInputType,
  NotFoundType,
  SyncAlreadyOpenType,
} from './refusals.graphql.ts';
import { restartAuthentication } from './restart-authentication.ts';
import { startSync } from './start-sync.ts';
import { SyncModeEnum } from './sync-run-enums.graphql.ts';
import { SyncRunType } from './sync-runs.graphql.ts';

/** An id from a mutation's input. */
export function inputId<Prefix extends IdPrefix>(field: string, text: string, prefix: Prefix): Id<Prefix> {
  if (!isId(text, prefix)) throw new InvalidInput(field, malformedId(text, prefix));
  return text;
}

const modeDescription =
  'How far it goes; when left out FULL, and BACKUP_ONLY for a tenant that is only backed up.';
const commentDescription = 'At most 2,000 characters. It is kept on record and shown in Azure DevOps.';

const StartSyncInput = builder.inputType('StartSyncInput', {
  description: 'Which sync to start.',
  fields: (t) => ({
    tenantId: t.id({ required: true, description: 'The tenant to sync.' }),
    mode: t.field({ type: SyncModeEnum, description: modeDescription }),
    comment: t.string({ description: commentDescription }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const StartSyncsInput = builder.inputType('StartSyncsInput', {
  description: 'Which syncs to start.',
  fields: (t) => ({
    tenantIds: t.idList({ required: true, description: 'The tenants to sync, at most 100.' }),
    mode: t.field({ type: SyncModeEnum, description: modeDescription }),
    comment: t.string({ description: commentDescription }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const CancelSyncInput = builder.inputType('CancelSyncInput', {
  description: 'Which run to cancel.',
  fields: (t) => ({
    syncRunId: t.id({ required: true, description: 'The run to cancel.' }),
    comment: t.string({ description: commentDescription }),
    force: t.boolean({
      defaultValue: false,
      description: 'For admins: also a scheduled run, and one that is writing to the tenant.',
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const RestartAuthenticationInput = builder.inputType('RestartAuthenticationInput', {
  description: 'For which run to get another code.',
  fields: (t) => ({
    syncRunId: t.id({ required: true, description: 'The run that waits for a sign-in.' }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const StartSyncResult = builder.unionType('StartSyncResult', {
  description: 'The run that was started, or why none was.',
  types: [
    SyncRunType,
    NotFoundType,
    InvalidInputType,
    ActionRefusedType,
    SyncAlreadyOpenType,
    ...KEY_REFUSALS,
  ],
  resolveType: (value) => memberOf(value, 'SyncRun'),
});

const CancelSyncResult = builder.unionType('CancelSyncResult', {
  description: 'The run that is being cancelled, or why it is not.',
  types: [SyncRunType, NotFoundType, InvalidInputType, ActionRefusedType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'SyncRun'),
});

const AuthenticationResult = builder.unionType('AuthenticationResult', {
  description: 'The run with its new code, or why there is none.',
  types: [SyncRunType, NotFoundType, InvalidInputType, ActionRefusedType, ...KEY_REFUSALS],
  resolveType: (value) => memberOf(value, 'SyncRun'),
});

type StartOne = { tenantId: string; mode?: SyncMode | null | undefined; comment?: string | null | undefined };

function start(context: Context, input: StartOne, once: () => Promise<Once>) {
  return refusable([NotFound, InvalidInput, ActionRefused, SyncAlreadyOpen], async () => {
    const tenantId = inputId('tenantId', input.tenantId, 'ten');
    const isBackupOnly = input.mode ? false : (await tenantById(context, tenantId))?.isBackupOnly;
    const mode = input.mode ?? (isBackupOnly ? 'BACKUP_ONLY' : 'FULL');
    const asked = { tenantId, mode, comment: input.comment ?? null };
    return startSync(context.services, context.viewer, { ...asked, once: await once() });
  });
}

builder.mutationFields((t) => ({
  startSync: t.field({
    type: StartSyncResult,
    description:
      'Starts a sync of a tenant. It is answered when the run is on record; follow it with syncRunChanged.',
    args: { input: t.arg({ type: StartSyncInput, required: true, description: 'Which sync.' }) },
    resolve: (_root, { input }, context) =>
      start(context, input, () => onceFor(context, { mutation: 'startSync', input })),
  }),
  startSyncs: t.field({
    type: [StartSyncResult],
    nullable: { list: false, items: true },
    description:
      'Starts the syncs of up to 100 tenants: one answer for each, in their order; null in the place of one that met an error.',
    args: { input: t.arg({ type: StartSyncsInput, required: true, description: 'Which syncs.' }) },
    resolve: (_root, { input }, context) =>
      forEachItem(input.tenantIds, (tenantId, item) =>
        start(context, { ...input, tenantId }, () =>
          onceFor(context, { mutation: 'startSyncs', input, item }),
        ),
      ),
  }),
  cancelSync: t.field({
    type: CancelSyncResult,
    description:
      'Asks Azure DevOps to stop a run that a person started. It is CANCELING until the pipeline has stopped.',
    args: { input: t.arg({ type: CancelSyncInput, required: true, description: 'Which run.' }) },
    resolve: (_root, { input }, context) =>
      refusable([NotFound, InvalidInput, ActionRefused], async () =>
        cancelSync(context.services, context.viewer, {
          runId: inputId('syncRunId', input.syncRunId, 'run'),
          comment: input.comment ?? null,
          force: input.force ?? false,
          once: await onceFor(context, { mutation: 'cancelSync', input }),
        }),
      ),
  }),
  restartAuthentication: t.field({
    type: AuthenticationResult,
    description:
      'Gets another code for a run that waits for a sign-in, within the same window. The earlier code stops working.',
    args: {
      input: t.arg({ type: RestartAuthenticationInput, required: true, description: 'For which run.' }),
    },
    resolve: (_root, { input }, context) =>
      refusable([NotFound, InvalidInput, ActionRefused], async () =>
        restartAuthentication(context.services, context.viewer, {
          runId: inputId('syncRunId', input.syncRunId, 'run'),
          once: await onceFor(context, { mutation: 'restartAuthentication', input }),
        }),
      ),
  }),
}));

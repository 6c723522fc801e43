import type { GraphQLResolveInfo } from 'graphql';
import './context.graphql.ts';
import { getColumns } from 'drizzle-orm';
import { may, mustBeAllowed } from '../access/viewer.ts';
import { ActorType } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { presentTime } from '../database/present-time.ts';
import { Node, registerNode } from '../graphql/node.ts';
import { connectionOf, type PageArgs, parsePage, toConnection } from '../graphql/paging.ts';
import { rowSources, shapeFor } from '../graphql/row-shape.ts';
import type { TenantId } from '../lib/ids.ts';
import { EventConnection, eventPage, eventPageArgs } from '../tenants/event-log.graphql.ts';
import { isStale, tenantOf, TenantType } from '../tenants/tenants.graphql.ts';
import { AuthenticationChallengeType } from './authentication.graphql.ts';
import { artifactPath, type LinkTo, linksFor, logsPath } from './file-links.ts';
import type { SyncRun } from './sync-run.ts';
import {
  CanceledByEnum,
  SyncModeEnum,
  SyncRunOutcomeEnum,
  SyncRunStatusEnum,
  SyncTriggerEnum,
  SyncWaitEnum,
} from './sync-run-enums.graphql.ts';
import { challengeOfRun, runById } from './sync-run-loaders.graphql.ts';
import { SyncErrorType, SyncRunStageType } from './sync-run-parts.graphql.ts';
import {
  countSyncRuns,
  listSyncRuns,
  needsAttention,
  NEWEST_FIRST,
  type SyncRunFilter,
} from './sync-runs.ts';
import { syncRuns } from './sync-runs.table.ts';
import { isTerminal } from './transitions.ts';

export const SyncRunType = builder.objectRef<SyncRun>('SyncRun');
export const SyncRunConnection = connectionOf('SyncRun', SyncRunType, 'sync runs');

rowSources.set('SyncRun', () => ({ columns: getColumns(syncRuns) }));

export async function syncRunConnection(
  { db, viewer }: Context,
  { filter, info }: { filter: SyncRunFilter; info: GraphQLResolveInfo },
  args: PageArgs,
) {
  const request = parsePage(args, NEWEST_FIRST, shapeFor(info)?.part);
  const page = await listSyncRuns(db, viewer, { filter, page: request });
  return toConnection(page, NEWEST_FIRST, () => countSyncRuns(db, viewer, filter));
}

const ArtifactType = builder.objectRef<{ name: string; url: string }>('Artifact').implement({
  description: 'A file set that a run published.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name in Azure DevOps.' }),
    url: t.exposeString('url', {
      description:
        'Download it as a zip from here. The address opens it for five minutes, in a browser too; later with your Authorization header.',
    }),
  }),
});

async function artifactsOf(context: Context, run: SyncRun) {
  mustBeAllowed(context.viewer, 'readLogs', run.tenantId);
  if (run.buildId === null) return [];
  const artifacts = await context.services.azure.listArtifacts(await tenantOf(context, run), run.buildId);
  const linkTo = await linksOf(context, run.tenantId);
  return artifacts.map(({ name }) => ({ name, url: linkTo(artifactPath(run.id, name)) }));
}

/** Only for viewers who may read the tenant's logs and artifacts. */
export async function linksOf(context: Context, tenantId: TenantId): Promise<LinkTo> {
  const { seal, settings } = context.services;
  return linksFor({ seal, publicUrl: settings.publicUrl }, { tenantId, now: await presentTime(context.db) });
}

async function logsUrlOf(context: Context, run: SyncRun): Promise<string | null> {
  if (run.buildId === null || !may(context.viewer, 'readLogs', run.tenantId)) return null;
  return (await linksOf(context, run.tenantId))(logsPath(run.id));
}

SyncRunType.implement({
  description: "One run of a tenant's sync pipeline, from its start to its outcome.",
  interfaces: [Node],
  fields: (t) => ({
    tenant: t.field({
      type: TenantType,
      description: 'The tenant that is synced.',
      resolve: (run, _args, context) => tenantOf(context, run),
    }),
    name: t.exposeString('name', {
      nullable: true,
      description:
        "Azure DevOps' name of the run, like 20261123.1; null until Azure DevOps has given it one.",
    }),
    status: t.expose('status', { type: SyncRunStatusEnum, description: 'Where it is on its way.' }),
    outcome: t.expose('outcome', {
      type: SyncRunOutcomeEnum,
      nullable: true,
      description: 'How it ended; set when the status is COMPLETED.',
    }),
    isTerminal: t.boolean({
      description: 'It has ended. Only a retry in Azure DevOps opens it again.',
      resolve: (run) => isTerminal(run.status),
    }),
    needsAttention: t.boolean({
      description: 'A person must act: sign in, decide, or resolve a revert.',
      resolve: needsAttention,
    }),
    isSuperseded: t.exposeBoolean('isSuperseded', {
      description:
        "A newer run of the tenant was started while this one was open: it no longer counts for the tenant's status.",
    }),
    waitsFor: t.expose('waitsFor', {
      type: SyncWaitEnum,
      nullable: true,
      description:
        'A hint for a run that seems to stand still; null when nothing but what its status says is missing.',
    }),
    canceledBy: t.expose('canceledBy', {
      type: CanceledByEnum,
      nullable: true,
      description: 'Who cancelled it; null when nobody did.',
    }),
    version: t.exposeInt('version', { description: 'Rises by one with every change of the status.' }),
    trigger: t.expose('trigger', { type: SyncTriggerEnum, description: 'What started it.' }),
    mode: t.expose('mode', { type: SyncModeEnum, description: 'How far it goes.' }),
    comment: t.exposeString('comment', { nullable: true, description: 'What the one who started it wrote.' }),
    requestedBy: t.expose('requestedBy', {
      type: ActorType,
      nullable: true,
      description: 'Who started it; null when Azure DevOps does not say.',
    }),
    queuedAt: t.expose('queuedAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When an agent took it.',
    }),
    completedAt: t.expose('completedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    stages: t.expose('stages', {
      type: [SyncRunStageType],
      description: 'Its stages, in their order, as far as Azure DevOps tells them.',
    }),
    error: t.expose('error', {
      type: SyncErrorType,
      nullable: true,
      description: 'What went wrong; null when nothing did.',
    }),
    authentication: t.field({
      type: AuthenticationChallengeType,
      nullable: true,
      description: 'The sign-in that it waits for; null when it waits for none.',
      resolve: (run, _args, context) =>
        run.status === 'PENDING_AUTHENTICATION' ? challengeOfRun(context, run.id) : null,
    }),
    azureDevOpsUrl: t.exposeString('webUrl', {
      nullable: true,
      description: 'The run in Azure DevOps; null until Azure DevOps has given it an address.',
    }),
    logsUrl: t.string({
      nullable: true,
      description:
        'Its logs as a zip, through this API. The address opens them for five minutes, in a browser too; later with your Authorization header. null until Azure DevOps has the run, and when the viewer may not read logs.',
      resolve: (run, _args, context) => logsUrlOf(context, run),
    }),
    artifacts: t.field({
      type: [ArtifactType],
      nullable: true,
      description:
        'What it published, asked of Azure DevOps now; null with an error when the viewer may not read logs, or when Azure DevOps cannot be asked.',
      resolve: (run, _args, context) => artifactsOf(context, run),
    }),
    events: t.field({
      type: EventConnection,
      description: 'What the event log still has about this run, oldest first.',
      args: eventPageArgs,
      resolve: (run, args, context) => eventPage(context, { runId: run.id }, args),
    }),
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      description: 'When Azure DevOps was last asked about it.',
    }),
    isStale: t.boolean({
      description:
        'It is open, and Azure DevOps could not be asked about it for longer than promised: what is shown may be out of date.',
      resolve: (run, _args, context) => !isTerminal(run.status) && isStale(context, run),
    }),
  }),
});

registerNode('run', 'SyncRun', runById);

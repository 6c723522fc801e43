import { builder } from '../graphql/builder.ts';
import { parseId } from '../graphql/ids.ts';
import { pageArgs } from '../graphql/paging.ts';
import { TenantType } from '../tenants/tenants.graphql.ts';
import { SyncRunOutcomeEnum, SyncRunStatusEnum, SyncTriggerEnum } from './sync-run-enums.graphql.ts';
import { latestRunOf, runById } from './sync-run-loaders.graphql.ts';
import { SyncRunConnection, syncRunConnection, SyncRunType } from './sync-runs.graphql.ts';
import type { SyncRunFilter } from './sync-runs.ts';

const SyncRunFilterInput = builder.inputType('SyncRunFilter', {
  description: 'Which runs. Each part that is given must hold.',
  fields: (t) => ({
    status: t.field({ type: [SyncRunStatusEnum], description: 'The status is one of these.' }),
    outcome: t.field({ type: [SyncRunOutcomeEnum], description: 'The outcome is one of these.' }),
    trigger: t.field({ type: [SyncTriggerEnum], description: 'One of these started it.' }),
    tenantId: t.id({ description: 'It is a run of this tenant.' }),
    needsAttention: t.boolean({
      description: 'true: only runs in which a person must act; false: only the others.',
    }),
  }),
});

function parseSyncRunFilter(input: typeof SyncRunFilterInput.$inferInput | null | undefined): SyncRunFilter {
  if (!input) return {};
  return { ...input, tenantId: input.tenantId == null ? null : parseId(input.tenantId, 'ten') };
}

builder.queryFields((t) => ({
  syncRun: t.field({
    type: SyncRunType,
    nullable: true,
    description: 'The run of that id; null when none exists for the viewer.',
    args: { id: t.arg.id({ required: true, description: "A sync run's id." }) },
    resolve: (_root, { id }, context) => runById(context, parseId(id, 'run')),
  }),
  syncRuns: t.field({
    type: SyncRunConnection,
    description: 'The runs of all tenants that the viewer may see, newest first.',
    args: {
      ...pageArgs,
      filter: t.arg({ type: SyncRunFilterInput, description: 'Which of them; all when left out.' }),
    },
    resolve: (_root, { filter, ...page }, context, info) =>
      syncRunConnection(context, { filter: parseSyncRunFilter(filter), info }, page),
  }),
}));

builder.objectFields(TenantType, (t) => ({
  latestRun: t.field({
    type: SyncRunType,
    nullable: true,
    description: 'The newest run, open or ended; null when the tenant was never synced.',
    resolve: (tenant, _args, context) => latestRunOf(context, tenant),
  }),
  syncRuns: t.field({
    type: SyncRunConnection,
    description: 'The runs of this tenant, newest first.',
    args: {
      ...pageArgs,
      filter: t.arg({
        type: SyncRunFilterInput,
        description: 'Which of them; all when left out. A `tenantId` in it changes nothing.',
      }),
    },
    resolve: (tenant, { filter, ...page }, context, info) => {
      const ofTenant = { ...parseSyncRunFilter(filter), tenantId: tenant.id };
      return syncRunConnection(context, { filter: ofTenant, info }, page);
    },
  }),
}));

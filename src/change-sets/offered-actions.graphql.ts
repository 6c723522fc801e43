/** The status menu of tenants and runs: it needs every noun, so it stands with the last one. */
import { builder } from '../graphql/builder.ts';
import { dependsOnViewer } from '../graphql/depends-on-viewer.ts';
import type { Context } from '../graphql/context.ts';
import { presentTime } from '../database/present-time.ts';
import type { ActionFacts } from '../sync-runs/actions.ts';
import { type ActionAvailability, offeredActions } from '../sync-runs/offered-actions.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { latestRunOf } from '../sync-runs/sync-run-loaders.graphql.ts';
import { ActionAvailabilityType } from '../sync-runs/sync-run-parts.graphql.ts';
import { linksOf, SyncRunType } from '../sync-runs/sync-runs.graphql.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenantOf, TenantType } from '../tenants/tenants.graphql.ts';
import { factsOfRun } from './change-set-loaders.graphql.ts';
import type { RunFacts } from './run-facts.ts';

async function factsOf(context: Context, tenant: Tenant, run: SyncRun | null): Promise<ActionFacts> {
  const [latestRun, ofRun, now] = await Promise.all([
    run?.id === tenant.latestRunId ? run : latestRunOf(context, tenant),
    run ? factsOfRun(context, run.id) : null,
    presentTime(context.db),
  ]);
  return { viewer: context.viewer, tenant, run, latestRun, ...(ofRun ?? NO_RUN), now };
}

const NO_RUN: RunFacts = {
  hasChangeSet: false,
  decisions: [],
  revert: null,
  challenge: null,
  tenantHasUnfinishedRevert: false,
};

async function actionsOf(
  context: Context,
  tenant: Tenant,
  run: SyncRun | null,
): Promise<ActionAvailability[]> {
  return offeredActions(await factsOf(context, tenant, run), await linksOf(context, tenant.id));
}

builder.objectField(TenantType, 'actions', (t) =>
  t.field({
    type: [ActionAvailabilityType],
    extensions: dependsOnViewer,
    description:
      'What the status menu offers for the tenant and its newest run, for this viewer, now: every action, with the reason why it is not possible.',
    resolve: async (tenant, _args, context) => {
      return actionsOf(context, tenant, await latestRunOf(context, tenant));
    },
  }),
);

builder.objectField(SyncRunType, 'actions', (t) =>
  t.field({
    type: [ActionAvailabilityType],
    extensions: dependsOnViewer,
    description:
      'What can be done with this run, by this viewer, now: every action, with the reason why it is not possible.',
    resolve: async (run, _args, context) => actionsOf(context, await tenantOf(context, run), run),
  }),
);

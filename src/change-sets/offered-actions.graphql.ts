/** The status menu of tenants and runs: it needs every noun, so it stands with the last one. */
import { builder } from '../graphql/builder.ts';
import { dependsOnViewer } from '../graphql/depends-on-viewer.ts';
import type { Context } from '../graphql/context.ts';
import { presentTime } from '../graphql/loaders.ts';
import type { ActionFacts } from '../sync-runs/actions.ts';
import { type ActionAvailability, offeredActions } from '../sync-runs/offered-actions.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { challengeOfRun, hasUnfinishedRevert, runById } from '../sync-runs/sync-run-loaders.graphql.ts';
import { ActionAvailabilityType } from '../sync-runs/sync-run-parts.graphql.ts';
import { linksOf, SyncRunType } from '../sync-runs/sync-runs.graphql.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenantOf, TenantType } from '../tenants/tenants.graphql.ts';
import { isUnfinishedRevert, revertNeedsAttention } from './change-set.ts';
import { changeSetOfRun, decisionsOfRun, revertOfRun } from './change-set-loaders.graphql.ts';

async function factsOf(context: Context, tenant: Tenant, run: SyncRun | null): Promise<ActionFacts> {
  const latestId = tenant.latestRunId;
  const [latestRun, ofRun, unfinished, now] = await Promise.all([
    run?.id === latestId || !latestId ? run : runById(context, latestId),
    run ? factsOfRun(context, run) : NO_RUN,
    hasUnfinishedRevert(context, tenant.id),
    presentTime(context),
  ]);
  return {
    viewer: context.viewer,
    tenant,
    run,
    latestRun,
    ...ofRun,
    tenantHasUnfinishedRevert: unfinished === true,
    now,
  };
}

const NO_RUN = { hasChangeSet: false, decisions: [], revert: null, challenge: null };

async function factsOfRun(context: Context, run: SyncRun) {
  const [changeSet, decisions, revert, challenge] = await Promise.all([
    changeSetOfRun(context, run.id),
    decisionsOfRun(context, run.id),
    run.revertStatus === null ? null : revertOfRun(context, run.id),
    run.status === 'PENDING_AUTHENTICATION' ? challengeOfRun(context, run.id) : null,
  ]);
  return {
    hasChangeSet: changeSet !== null,
    decisions: decisions ?? [],
    revert: revert && {
      isUnfinished: isUnfinishedRevert(revert.status),
      needsAttention: revertNeedsAttention(revert.status),
    },
    challenge,
  };
}

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
      const latestRun = tenant.latestRunId ? await runById(context, tenant.latestRunId) : null;
      return actionsOf(context, tenant, latestRun);
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

import { and, eq, inArray, isNull, isNotNull, ne } from 'drizzle-orm';
import { databaseNow, inTransaction } from '../database/database.ts';
import { projectLooks } from '../azure-devops/azure-devops.table.ts';
import type { BuildObservation, ProjectLook, ProjectRef } from '../azure-devops/port.ts';
import { AZURE_DEVOPS_ACTOR } from '../sync-runs/adopt-run.ts';
import { expireChallenges } from '../sync-runs/challenges.ts';
import type { Services } from '../sync-runs/services.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { syncRuns } from '../sync-runs/sync-runs.table.ts';
import { applyToRun, lockRun } from '../sync-runs/write-run.ts';
import { registerTenants } from '../tenants/register-tenants.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenants } from '../tenants/tenants.table.ts';
import { messageOf } from '../lib/errors.ts';
import { observeBuild, observeRun } from './observe-run.ts';

export type LookResult = { openRuns: number };

/** One look: three requests for the project, then one run at a time only what moved. */
export async function lookAtProject(
  services: Services,
  project: ProjectRef,
  options: { discover: boolean },
): Promise<LookResult> {
  const { db, azure } = services;
  if (options.discover) await registerTenants(db, project, await azure.discoverTenants(project));
  const look = await azure.lookAtProject(project, await watermarkOf(services, project));
  const known = await tenantsOf(services, project);
  const open = await openRuns(services, known);
  const builds = new Map([...look.finished, ...look.active].map((build) => [build.buildId, build]));
  let isComplete = true;
  for (const build of [...builds.values()].sort(byQueueTime)) {
    const tenant = known.find((candidate) => candidate.pipelineId === build.pipelineId);
    if (tenant) isComplete = (await observeIfMoved(services, { tenant, build, look })) && isComplete;
  }
  for (const { tenant, run } of open) {
    if (run.buildId === null || builds.has(run.buildId)) continue;
    isComplete =
      (await guarded(services, run.buildId, () => observeVanished(services, { tenant, run }))) && isComplete;
  }
  await expireChallenges(db);
  // A run that could not be read keeps the watermark where it is, so that the next look sees it again.
  await noteLook(services, project, isComplete ? look.watermark : null);
  return { openRuns: (await openRuns(services, known)).length };
}

const byQueueTime = (a: BuildObservation, b: BuildObservation) => a.queuedAt.localeCompare(b.queuedAt);

/** Builds that are as we know them need no timeline. */
async function observeIfMoved(
  services: Services,
  { tenant, build, look }: { tenant: Tenant; build: BuildObservation; look: ProjectLook },
): Promise<boolean> {
  const [run] = await services.db
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.tenantId, tenant.id), eq(syncRuns.buildId, build.buildId)));
  if (run?.status === 'COMPLETED' && run.changedAt === build.changedAt) return true;
  const waits = look.pendingApprovals.some((approval) => approval.buildId === build.buildId);
  if (run?.status === 'PENDING_APPROVAL' && waits && run.changedAt === build.changedAt) return true;
  return guarded(services, build.buildId, () => observeBuild(services, tenant, build.buildId));
}

/** One run that cannot be read must not hide the others of its project. */
async function guarded(services: Services, buildId: number, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    services.logger.warn('A run could not be observed; the next look tries again.', {
      buildId,
      reason: messageOf(error),
    });
    return false;
  }
}

/** A run that is open here but in no list: finished long ago, or deleted in Azure DevOps. */
async function observeVanished(
  services: Services,
  { tenant, run }: { tenant: Tenant; run: SyncRun },
): Promise<void> {
  if (run.buildId === null) return;
  const seen = await services.azure.readRun(tenant, run.buildId);
  if (seen && !seen.isDeleted) {
    await observeRun(services, { tenant, run }, seen);
    return;
  }
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, run.id);
    if (!locked) return;
    const error = {
      code: 'RUN_DELETED',
      message: `Azure DevOps no longer knows the run ${run.name ?? run.buildId}: it was deleted there before it ended.`,
      stage: null,
      jobUrl: null,
      isPartial: false,
      occurredAt: (await databaseNow(tx)).toISOString(),
    };
    await applyToRun(tx, locked, { event: 'finished_failed', facts: { error }, actor: AZURE_DEVOPS_ACTOR });
  });
}

async function tenantsOf(services: Services, project: ProjectRef): Promise<Tenant[]> {
  return services.db
    .select()
    .from(tenants)
    .where(
      and(
        eq(tenants.organization, project.organization),
        eq(tenants.project, project.project),
        isNull(tenants.removedAt),
      ),
    );
}

async function openRuns(services: Services, known: Tenant[]): Promise<{ tenant: Tenant; run: SyncRun }[]> {
  if (known.length === 0) return [];
  const ids = known.map((tenant) => tenant.id);
  const rows = await services.db
    .select()
    .from(syncRuns)
    .where(
      and(inArray(syncRuns.tenantId, ids), ne(syncRuns.status, 'COMPLETED'), isNotNull(syncRuns.buildId)),
    );
  return rows.flatMap((run) => {
    const tenant = known.find((candidate) => candidate.id === run.tenantId);
    return tenant ? [{ tenant, run }] : [];
  });
}

async function watermarkOf(
  services: Services,
  { organization, project }: ProjectRef,
): Promise<string | null> {
  const [row] = await services.db
    .select({ watermark: projectLooks.watermark })
    .from(projectLooks)
    .where(and(eq(projectLooks.organization, organization), eq(projectLooks.project, project)));
  return row?.watermark ?? null;
}

async function noteLook(services: Services, { organization, project }: ProjectRef, watermark: string | null) {
  const lookedAt = await databaseNow(services.db);
  const seen = { lookedAt, problem: null, ...(watermark === null ? {} : { watermark }) };
  await services.db
    .insert(projectLooks)
    .values({ organization, project, ...seen })
    .onConflictDoUpdate({ target: [projectLooks.organization, projectLooks.project], set: seen });
  await services.db
    .update(tenants)
    .set({ observedAt: lookedAt })
    .where(
      and(eq(tenants.organization, organization), eq(tenants.project, project), isNull(tenants.removedAt)),
    );
}

import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction } from '../database/database.ts';
import { createLimit } from '../azure-devops/limit.ts';
import type { BuildObservation, ProjectLook, ProjectRef } from '../azure-devops/port.ts';
import { AZURE_DEVOPS_ACTOR } from '../sync-runs/adopt-run.ts';
import { expireChallenges } from '../sync-runs/challenges.ts';
import type { Services } from '../sync-runs/services.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { applyToRun, lockRun } from '../sync-runs/write-run.ts';
import { knownPlaces, registerTenants } from '../tenants/register-tenants.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { messageOf } from '../lib/errors.ts';
import type { TenantId } from '../lib/ids.ts';
import { pause } from '../lib/pause.ts';
import { hasMoved } from './has-moved.ts';
import {
  countOpenRuns,
  type KnownRun,
  noteLook,
  noteUnmoved,
  runsOf,
  tenantsOf,
  watermarkOf,
} from './known-runs.ts';
import { observeBuild, observeRun } from './observe-run.ts';

export type LookOptions = {
  /** Finds new and changed tenants, and reads every open run. */
  isFull: boolean;
  /** Runs that somebody said moved: read whatever the lists show. */
  hinted: ReadonlySet<number>;
  /** Counts up; each open run is read at every fourth look at the latest, by turns. */
  number: number;
  /** Tenants whose runs are still being read for an earlier look; this one leaves them alone. */
  underWay: Map<TenantId, Promise<boolean>>;
};

/** `shown`: the runs of tenants that Azure's lists hold. */
export type LookResult = { openRuns: number; shown: number[] };

/** How many runs are read side by side. */
const AT_A_TIME = 8;
const READ_EVERY_LOOKS = 4;
/** A change set of thousands of files is read for minutes, and nobody else's run waits for it. */
const LONGEST_READ_MS = 5_000;

/** A run to be read. `build` null: it is open here, but in no list of Azure's. */
type Due = { tenant: Tenant; run: SyncRun | null; build: BuildObservation | null };

/** One look: three requests for the project whatever its size, then the timelines of what moved. */
export async function lookAtProject(
  services: Services,
  project: ProjectRef,
  options: LookOptions,
): Promise<LookResult> {
  const { db, azure } = services;
  if (options.isFull) await discover(services, project);
  const look = await azure.lookAtProject(project, await watermarkOf(db, project));
  const builds = new Map([...look.finished, ...look.active].map((build) => [build.buildId, build]));
  const shown = [...builds.values()].sort((a, b) => a.queuedAt.localeCompare(b.queuedAt));
  const [tenants, runs] = await Promise.all([tenantsOf(db, project, shown), runsOf(db, project, shown)]);
  const { due, unmoved } = sort({ shown, tenants, runs, look }, options);
  const isComplete = await readAll(services, look, { due, underWay: options.underWay });
  await noteUnmoved(db, unmoved);
  await inTransaction(db, expireChallenges);
  // A run that could not be read keeps the watermark where it is, so that the next look sees it again.
  await noteLook(db, project, { watermark: isComplete ? look.watermark : null, isFull: options.isFull });
  return {
    openRuns: await countOpenRuns(db, project),
    shown: shown.filter(({ pipelineId }) => tenants.has(pipelineId)).map(({ buildId }) => buildId),
  };
}

async function discover({ db, azure }: Services, project: ProjectRef): Promise<void> {
  const places = await knownPlaces(db, project);
  await registerTenants(db, project, await azure.discoverTenants(project, places));
}

type Seen = {
  shown: BuildObservation[];
  tenants: Map<number, Tenant>;
  runs: Map<number, KnownRun>;
  look: ProjectLook;
};

function sort(
  { shown, tenants, runs, look }: Seen,
  options: LookOptions,
): { due: Due[]; unmoved: SyncRun[] } {
  const due: Due[] = [];
  const unmoved: SyncRun[] = [];
  for (const build of shown) {
    const tenant = tenants.get(build.pipelineId);
    if (!tenant || options.underWay.has(tenant.id)) continue;
    const run = runs.get(build.buildId)?.run ?? null;
    const moved = hasMoved(run ?? undefined, { build, pending: look.pendingApprovals });
    if (run && !moved && !isTurnOf(run, build, options)) unmoved.push(run);
    else due.push({ tenant, run, build });
  }
  const inLists = new Set(shown.map((build) => build.buildId));
  for (const [buildId, { tenant, run }] of runs) {
    const isMissing = !inLists.has(buildId) && run.status !== 'COMPLETED';
    if (isMissing && !options.underWay.has(tenant.id)) due.push({ tenant, run, build: null });
  }
  return { due, unmoved };
}

const isTurnOf = (run: SyncRun, { buildId }: BuildObservation, { isFull, hinted, number }: LookOptions) =>
  hinted.has(buildId) ||
  (run.status !== 'COMPLETED' && (isFull || (buildId + number) % READ_EVERY_LOOKS === 0));

/**
 * Side by side, but those of one tenant in the order in which they were queued. False: one could not be read, or is
 * still being read.
 */
async function readAll(
  services: Services,
  look: ProjectLook,
  { due, underWay }: { due: Due[] } & Pick<LookOptions, 'underWay'>,
): Promise<boolean> {
  const limit = createLimit(AT_A_TIME);
  for (const [tenantId, ofOne] of Map.groupBy(due, ({ tenant }) => tenant.id)) {
    const reading = limit(() => readInOrder(services, look, ofOne));
    underWay.set(
      tenantId,
      reading.finally(() => underWay.delete(tenantId)),
    );
  }
  const patience = new AbortController();
  const isLate = pause(LONGEST_READ_MS, patience.signal).then(() => false);
  const isComplete = Promise.all(underWay.values()).then((each) => each.every(Boolean));
  return Promise.race([isComplete, isLate]).finally(() => patience.abort());
}

async function readInOrder(services: Services, look: ProjectLook, ofOne: Due[]): Promise<boolean> {
  let isComplete = true;
  for (const one of ofOne) isComplete = (await guarded(services, look, one)) && isComplete;
  return isComplete;
}

/** One run that cannot be read must not hide the others of its project. */
async function guarded(services: Services, look: ProjectLook, due: Due): Promise<boolean> {
  try {
    await read(services, look, due);
    return true;
  } catch (error) {
    services.logger.warn('A run could not be observed; the next look tries again.', {
      buildId: due.build?.buildId ?? due.run?.buildId,
      reason: messageOf(error),
    });
    return false;
  }
}

async function read(services: Services, look: ProjectLook, { tenant, run, build }: Due): Promise<void> {
  if (!build) return run ? observeVanished(services, { tenant, run }) : undefined;
  // What a list leaves out of a build matters when we first hear of it, and when it has ended.
  if (!run || build.phase === 'FINISHED') return observeBuild(services, tenant, build.buildId);
  const own = look.pendingApprovals.filter((approval) => approval.buildId === build.buildId);
  const seen = await services.azure.readRun(tenant, build, own);
  if (seen) await observeRun(services, { tenant, run }, seen);
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
    const locked = await lockRun(tx, OWN_WORK.poller, run.id);
    if (!locked) return;
    const error = {
      code: 'RUN_DELETED',
      message: `Azure DevOps no longer knows the run ${run.name ?? run.buildId}: it was deleted there before it ended.`,
      stage: null,
      jobUrl: null,
      isPartial: false,
      occurredAt: (await databaseNow(tx)).toISOString(),
    };
    await applyToRun(tx, locked, {
      event: 'finished_failed',
      facts: { error, changedAt: null },
      actor: AZURE_DEVOPS_ACTOR,
    });
  });
}

/** What we have on record of a project's runs: a few statements a look, however many tenants there are. */
import { and, count, eq, inArray, isNotNull, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { projectLooks } from '../azure-devops/azure-devops.table.ts';
import type { BuildObservation, ProjectRef } from '../azure-devops/port.ts';
import { databaseNow, type Db, inTransaction, type Queryable } from '../database/database.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import { syncRuns } from '../sync-runs/sync-runs.table.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { tenants } from '../tenants/tenants.table.ts';

export type KnownRun = { tenant: Tenant; run: SyncRun };

const ofProject = ({ organization, project }: ProjectRef) =>
  and(eq(tenants.organization, organization), eq(tenants.project, project), isNull(tenants.removedAt));

/** The tenants whose pipelines these builds are of, by pipeline. */
export async function tenantsOf(
  db: Db,
  project: ProjectRef,
  builds: readonly BuildObservation[],
): Promise<Map<number, Tenant>> {
  const pipelineIds = [...new Set(builds.map((build) => build.pipelineId))];
  if (pipelineIds.length === 0) return new Map();
  const rows = await db
    .select()
    .from(tenants)
    .where(and(ofProject(project), sql`${tenants.pipelineId} = any(${sql.param(pipelineIds)}::int[])`));
  return new Map(rows.map((tenant) => [tenant.pipelineId, tenant]));
}

/** The runs of these builds, and all that are open here, whatever Azure's lists say. */
export async function runsOf(
  db: Db,
  project: ProjectRef,
  builds: readonly BuildObservation[],
): Promise<Map<number, KnownRun>> {
  const buildIds = builds.map((build) => build.buildId);
  const rows = await db
    .select({ tenant: tenants, run: syncRuns })
    .from(syncRuns)
    .innerJoin(tenants, eq(tenants.id, syncRuns.tenantId))
    .where(
      and(
        ofProject(project),
        or(
          and(ne(syncRuns.status, 'COMPLETED'), isNotNull(syncRuns.buildId)),
          sql`${syncRuns.buildId} = any(${sql.param(buildIds)}::int[])`,
        ),
      ),
    );
  return new Map(rows.flatMap((row) => (row.run.buildId === null ? [] : [[row.run.buildId, row]])));
}

/** Runs that were in the lists as we know them have been observed, too. */
export async function noteUnmoved(db: Db, runs: readonly SyncRun[]): Promise<void> {
  const open = runs.filter((run) => run.status !== 'COMPLETED').map((run) => run.id);
  if (open.length === 0) return;
  await inTransaction(db, async (tx) => {
    const now = await databaseNow(tx);
    const older = and(inArray(syncRuns.id, open), lt(syncRuns.observedAt, now));
    await tx.update(syncRuns).set({ observedAt: now }).where(older);
  });
}

export async function countOpenRuns(db: Db, project: ProjectRef): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(syncRuns)
    .innerJoin(tenants, eq(tenants.id, syncRuns.tenantId))
    .where(and(ofProject(project), ne(syncRuns.status, 'COMPLETED')));
  return row?.count ?? 0;
}

export async function watermarkOf(db: Db, { organization, project }: ProjectRef): Promise<string | null> {
  const [row] = await db
    .select({ watermark: projectLooks.watermark })
    .from(projectLooks)
    .where(and(eq(projectLooks.organization, organization), eq(projectLooks.project, project)));
  return row?.watermark ?? null;
}

/** `watermark` null: it stays where it is. */
export async function noteLook(
  db: Db,
  project: ProjectRef,
  { watermark, isFull }: { watermark: string | null; isFull: boolean },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const lookedAt = await databaseNow(tx);
    await note(tx, project, {
      lookedAt,
      problem: null,
      ...(watermark === null ? {} : { watermark }),
      ...(isFull ? { discoveredAt: lookedAt } : {}),
    });
  });
}

export const noteProblem = (db: Db, project: ProjectRef, problem: string) =>
  inTransaction(db, (tx) => note(tx, project, { problem }));

const WATCHED_FOR_MS = 10_000;

/** Somebody subscribes to this instance, and another one looks. */
export async function noteWatched(db: Db, project: ProjectRef): Promise<void> {
  const watchedUntil = new Date((await databaseNow(db)).getTime() + WATCHED_FOR_MS);
  await note(db, project, { watchedUntil });
}

export async function isWatchedElsewhere(db: Db, { organization, project }: ProjectRef): Promise<boolean> {
  const [row] = await db
    .select({
      isWatched: sql`coalesce(${projectLooks.watchedUntil} > clock_timestamp(), false)`.mapWith(Boolean),
    })
    .from(projectLooks)
    .where(and(eq(projectLooks.organization, organization), eq(projectLooks.project, project)));
  return row?.isWatched ?? false;
}

async function note(
  q: Queryable,
  { organization, project }: ProjectRef,
  seen: Partial<typeof projectLooks.$inferInsert>,
): Promise<void> {
  await q
    .insert(projectLooks)
    .values({ organization, project, ...seen })
    .onConflictDoUpdate({ target: [projectLooks.organization, projectLooks.project], set: seen });
}

/** Hints that a project moved: one process hears of it, every process is told, and whoever polls looks sooner. */
import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { ProjectRef } from '../azure-devops/port.ts';
import type { Db } from '../database/database.ts';
import { tenants } from '../tenants/tenants.table.ts';

export const HINTED = 'azure_devops_hinted';

/** `project` null: anything anywhere may have moved. */
export type Hint = { project: ProjectRef | null; buildId: number | null; isHook: boolean };

const ANYTHING: Hint = { project: null, buildId: null, isHook: false };

/** Tells every process. A project that no tenant lies in moves nobody. `projectId`: Azure's own; null when it is not known. */
export async function tellHint(
  db: Db,
  { projectId, buildId }: { projectId: string | null; buildId: number | null },
): Promise<void> {
  const project = projectId === null ? null : await projectOf(db, projectId);
  if (project === undefined) return;
  await notify(db, { project, buildId, isHook: true });
}

/** Something was just done there, by an instance that may not be the one that looks. */
export const tellDeed = (db: Db, project: ProjectRef, buildId: number | null) =>
  notify(db, { project, buildId, isHook: false });

async function notify(db: Db, hint: Hint): Promise<void> {
  await db.execute(sql`select pg_notify(${HINTED}, ${JSON.stringify(hint)})`);
}

async function projectOf(db: Db, projectId: string): Promise<ProjectRef | undefined> {
  const [found] = await db
    .select({ organization: tenants.organization, project: tenants.project })
    .from(tenants)
    .where(eq(tenants.projectId, projectId))
    .limit(1);
  return found;
}

const payloadShape = z.object({
  project: z.object({ organization: z.string(), project: z.string() }).nullable(),
  buildId: z.number().nullable(),
  isHook: z.boolean(),
});

/** An empty payload is the wake-up after a connection was lost: hints may have been lost with it. */
export function readHint(payload: string): Hint {
  if (payload === '') return ANYTHING;
  const parsed = payloadShape.safeParse(JSON.parse(payload));
  return parsed.success ? parsed.data : ANYTHING;
}

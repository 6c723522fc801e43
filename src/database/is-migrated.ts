import { readdir } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { MIGRATIONS_FOLDER } from './migrate.ts';

/** Whether the database has every migration of this release; it may have those of a later one, too. */
export async function isMigrated(db: Db): Promise<boolean> {
  const entries = await readdir(MIGRATIONS_FOLDER, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const { rows } = await db.execute<{ missing: string }>(sql`
    select count(*) as missing from unnest(${sql.param(names)}::text[]) as needed
    where not exists (select from drizzle.__drizzle_migrations where name = needed)`);
  return Number(rows[0]?.missing) === 0;
}

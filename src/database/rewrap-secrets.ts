import { sql } from 'drizzle-orm';
import type { Seal } from '../lib/seal.ts';
import { messageOf } from '../lib/errors.ts';
import type { Db } from './database.ts';

const ROWS_AT_A_TIME = 100;

export type Rewrapped = { column: string; rewrapped: number; problems: string[] };

/**
 * Wraps every sealed value of the database with the newest key. It may run while the API does, and again after it was
 * stopped half-way: each value is changed by itself, and only if it is still the one that was read.
 */
export async function rewrapSecrets(db: Db, seal: Seal): Promise<Rewrapped[]> {
  const results: Rewrapped[] = [];
  for (const column of await sealedColumns(db)) results.push(await rewrapColumn(db, seal, column));
  return results;
}

type Column = { table: string; name: string };

/** By name, so that no table is forgotten: whatever is sealed is called `sealed` or `sealed_…`. */
async function sealedColumns(db: Db): Promise<Column[]> {
  const { rows } = await db.execute<Column>(sql`
    select table_name as table, column_name as name from information_schema.columns
    where table_schema = current_schema() and (column_name = 'sealed' or column_name like 'sealed\\_%')
    order by 1, 2`);
  return rows;
}

async function rewrapColumn(db: Db, seal: Seal, { table, name }: Column): Promise<Rewrapped> {
  const [from, column] = [sql.identifier(table), sql.identifier(name)];
  const result: Rewrapped = { column: `${table}.${name}`, rewrapped: 0, problems: [] };
  for (let behind = ''; ;) {
    const { rows } = await db.execute<{ sealed: string }>(sql`
      select ${column} as sealed from ${from}
      where ${column} > ${behind} and not starts_with(${column}, ${seal.newestPrefix})
      order by 1 limit ${ROWS_AT_A_TIME}`);
    for (const { sealed } of rows) {
      try {
        const changed = await db.execute<{ one: number }>(
          sql`update ${from} set ${column} = ${seal.rewrap(sealed)} where ${column} = ${sealed} returning 1 as one`,
        );
        result.rewrapped += changed.rows.length;
      } catch (error) {
        result.problems.push(messageOf(error));
      }
    }
    behind = rows.at(-1)?.sealed ?? behind;
    if (rows.length < ROWS_AT_A_TIME) return result;
  }
}

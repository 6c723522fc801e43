import { createHash } from 'node:crypto';
import type { Queryable } from './database.ts';

/** Postgres keeps each on each connection; what filters and orders can be asked for in together is fewer. */
const MOST_STATEMENTS = 400;

/** How the names of all statements begin that are kept here: reads, none of which locks anything. */
export const NAMED_READ = 'read_';

const kept = new WeakMap<Queryable, Map<string, unknown>>();

/**
 * A read that is built once for each shape that it takes, and has a name, so that Postgres parses it once on each
 * connection. `shape` says everything that `build` depends on.
 */
export function prepared<Statement>(
  q: Queryable,
  shape: readonly unknown[],
  build: (name: string) => Statement,
): Statement {
  const known = kept.get(q) ?? new Map<string, unknown>();
  kept.set(q, known);
  const key = JSON.stringify(shape);
  const found = known.get(key);
  // What was kept under this key was built by this function.
  if (found !== undefined) return found as Statement;
  if (known.size >= MOST_STATEMENTS) return build('');
  const statement = build(`${NAMED_READ}${createHash('sha1').update(key).digest('hex')}`);
  known.set(key, statement);
  return statement;
}

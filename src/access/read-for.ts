import { type Column, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../database/database.ts';
import { prepared } from '../database/prepared.ts';
import type { Viewer } from './viewer.ts';
import { visibleTenants } from './visible.ts';

type Statement<Rows> = { execute(values: Record<string, unknown>): Promise<Rows> };

/** The part of a `where` that keeps to the viewer's tenants; undefined: all are theirs. */
export type Visible = (tenantId: Column) => SQL | undefined;

/**
 * Runs a read that is built once for each shape, with the viewer's tenants as one of its values: whether they are all
 * or some is a part of every shape.
 */
export function readFor<Rows>(
  q: Queryable,
  viewer: Viewer,
  read: {
    /** Everything but the viewer that the text depends on; the first part is the read's own name. */
    shape: readonly unknown[];
    values: Record<string, unknown>;
    /** One plan for all values would be a bad one: Postgres makes it anew for each. */
    dependsOnValues?: boolean;
    build: (visible: Visible) => { prepare(name: string): Statement<Rows> };
  },
): Promise<Rows> {
  const tenants = visibleTenants(viewer);
  const some = tenants === 'ALL' ? null : [...tenants];
  const visible: Visible = (tenantId) =>
    some ? sql`${tenantId} = any(${sql.placeholder('visible')}::text[])` : undefined;
  const statement = prepared(q, [some !== null, ...read.shape], (name) =>
    read.build(visible).prepare(read.dependsOnValues ? '' : name),
  );
  return statement.execute(some ? { ...read.values, visible: some } : read.values);
}

/** `column = any(values)`, whose text is the same for any number of values. */
export const isAnyOf = (column: Column, name: string): SQL =>
  sql`${column} = any(${sql.placeholder(name)}::text[])`;

/** The same where the order matters: an index whose first column is compared with one value still has its order. */
export const isOneOf = (column: Column, name: string, values: readonly string[]): SQL =>
  values.length === 1 ? sql`${column} = (${sql.placeholder(name)}::text[])[1]` : isAnyOf(column, name);

/** What a shape says of the values of `isOneOf`. */
export const oneOrMany = (values: readonly string[] | null | undefined) => values && values.length === 1;

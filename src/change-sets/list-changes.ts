/** What viewers read of the changes of a change set. */
import { and, count, eq, exists, getColumns, or, type SQL, sql } from 'drizzle-orm';
import { isAnyOf, readFor, type Visible } from '../access/read-for.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Queryable } from '../database/database.ts';
import {
  containing,
  inOrder,
  limited,
  onPage,
  type Order,
  type Page,
  type PageRequest,
  pageShape,
  pageValues,
  toPage,
  withPart,
} from '../database/page.ts';
import type { ChangeId, ChangeSetId } from '../lib/ids.ts';
import type { ChangeKind } from '../pipeline/contract.ts';
import type { Change, ChangeSet } from './change-set.ts';
import { changes, changeSets } from './change-sets.table.ts';

/** Each part that is given must hold. */
export type ChangeFilter = {
  kind?: readonly ChangeKind[] | null | undefined;
  configurationType?: string | null | undefined;
  /** Anywhere in the display name, the path or the configuration type, in any case. */
  search?: string | null | undefined;
};

export const BY_PATH: Order<Change> = {
  name: 'changes',
  direction: 'ASC',
  columns: [{ by: changes.position, type: 'int', of: (change) => change.position }],
};

type ChangeQuery = { changeSetId: ChangeSetId; filter: ChangeFilter };

const { properties: _unread, ...withoutProperties } = getColumns(changes);
/** For whoever does not ask for the properties, which are most of a change. */
const briefChanges = withoutProperties as ReturnType<typeof getColumns<typeof changes>>;

/** For whoever reads a part: enough for cursors. */
const keyColumns = { position: changes.position } as typeof briefChanges;

export async function listChanges(
  db: Queryable,
  viewer: Viewer,
  { page, isBrief = false, ...query }: ChangeQuery & { page: PageRequest; isBrief?: boolean },
): Promise<Page<Change>> {
  const rows = await readFor(db, viewer, {
    shape: ['changes', shapeOf(query), pageShape(BY_PATH, page), isBrief],
    values: { ...valuesOf(query), ...pageValues(page) },
    build: (visible) =>
      limited(
        db
          .select({
            change: page.part ? keyColumns : isBrief ? briefChanges : getColumns(changes),
            part: page.part?.columns ?? {},
          })
          .from(changes)
          .where(and(matching(db, visible, query), onPage(BY_PATH, page)))
          .orderBy(...inOrder(BY_PATH, page))
          .$dynamic(),
      ),
  });
  return toPage(
    rows.map(({ change, part }) => withPart(change, part)),
    page,
  );
}

type WithPage = ChangeQuery & {
  page: PageRequest;
  /** The fields of the change set that are asked for: only their columns are read. */
  fields: ReadonlySet<string>;
};

/**
 * The change set, and a part of the changes of one of its pages, in one statement: the first row is the change set's, each
 * of the others a change's. null when the viewer has none.
 */
export async function changeSetWithPage(
  db: Queryable,
  viewer: Viewer,
  { page, fields, ...query }: WithPage,
): Promise<{ changeSet: ChangeSet; page: Page<Change> } | null> {
  const names = Object.keys(COLUMNS).filter((name) => fields.has(FIELDS[name] ?? name));
  const [first, ...others] = await readFor(db, viewer, {
    shape: ['changeSetWithPage', names, shapeOf(query), pageShape(BY_PATH, page)],
    values: { ...valuesOf(query), ...pageValues(page) },
    build: (visible) => {
      const ofSet = Object.fromEntries(Object.entries(COLUMNS).filter(([name]) => names.includes(name)));
      const ofChange = { position: sql`${changes.position}`, ...page.part?.columns };
      const changeSet = db
        .select({ ...ofSet, ...mapValues(ofChange, (_, name) => sql`null`.as(name)) })
        .from(changeSets)
        .where(and(eq(changeSets.id, sql.placeholder('changeSetId')), visible(changeSets.tenantId)));
      const rows = db
        .select({
          ...mapValues(ofSet, (column, name) => sql`null::${sql.raw(column.getSQLType())}`.as(name)),
          ...mapValues(ofChange, (column, name) => column.as(name)),
        })
        .from(changes)
        .where(and(matching(db, visible, query), onPage(BY_PATH, page)))
        .orderBy(...inOrder(BY_PATH, page))
        .$dynamic();
      const direction = sql.raw(page.fromEnd ? 'desc' : 'asc');
      return changeSet.unionAll(limited(rows)).orderBy(sql`position ${direction} nulls first`);
    },
  });
  // A draft has changes and is no change set yet.
  if (first?.position !== null) return null;
  const found = others.map((row) => withPart(row as Change, row));
  return { changeSet: { ...first, id: query.changeSetId } as ChangeSet, page: toPage(found, page) };
}

const COLUMNS = getColumns(changeSets);
/** Those fields that are answered by a column of another name. */
const FIELDS: Readonly<Record<string, string>> = { runId: 'run' };

function mapValues<Value, Mapped>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, name: string) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

export async function countChanges(db: Queryable, viewer: Viewer, query: ChangeQuery): Promise<number> {
  const [row] = await readFor(db, viewer, {
    shape: ['countChanges', shapeOf(query)],
    values: valuesOf(query),
    build: (visible) =>
      db
        .select({ count: count() })
        .from(changes)
        .where(matching(db, visible, query)),
  });
  return row?.count ?? 0;
}

export function changesByIds(db: Queryable, viewer: Viewer, ids: readonly ChangeId[]): Promise<Change[]> {
  return readFor(db, viewer, {
    shape: ['changesByIds'],
    values: { ids },
    build: (visible) =>
      db
        .select()
        .from(changes)
        .where(and(isAnyOf(changes.id, 'ids'), inVisibleChangeSet(db, visible))),
  });
}

function inVisibleChangeSet(db: Queryable, visible: Visible): SQL | undefined {
  const isVisible = visible(changeSets.tenantId);
  return (
    isVisible &&
    exists(
      db
        .select({ id: changeSets.id })
        .from(changeSets)
        .where(and(eq(changeSets.id, changes.changeSetId), isVisible)),
    )
  );
}

function matching(db: Queryable, visible: Visible, { filter }: ChangeQuery): SQL | undefined {
  const { kind, configurationType, search } = filter;
  return and(
    eq(changes.changeSetId, sql.placeholder('changeSetId')),
    inVisibleChangeSet(db, visible),
    kind ? isAnyOf(changes.kind, 'kind') : undefined,
    configurationType == null
      ? undefined
      : eq(changes.configurationType, sql.placeholder('configurationType')),
    search
      ? or(
          ...[changes.displayName, changes.path, changes.configurationType].map(
            (column) => sql`${column} ilike ${sql.placeholder('pattern')}`,
          ),
        )
      : undefined,
  );
}

/** What `matching` looks at besides the values. */
const shapeOf = ({ filter: { kind, configurationType, search } }: ChangeQuery) => [
  Boolean(kind),
  configurationType == null,
  Boolean(search),
];

const valuesOf = ({ changeSetId, filter: { kind, configurationType, search } }: ChangeQuery) => ({
  changeSetId,
  kind,
  configurationType,
  pattern: search && containing(search),
});

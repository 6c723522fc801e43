/**
 * Rows that are read for nothing but to be shown: of each only the columns that are asked for, which become a piece of
 * the answer without any step between. What that needs is found once for each document that is compiled.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import {
  type FieldNode,
  getNullableType,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { isoOfPostgres } from '../database/columns.ts';
import type { RowPart } from '../database/page.ts';
import { type Fragments, selectedFields } from './look-ahead.ts';

/** The columns that answer the fields of the same names, and rows to which fields lead, where these are read along. */
export type RowSource = {
  columns: Readonly<Record<string, PgColumn>>;
  /** Names the row within a statement; not given for the row that is listed. */
  path?: string;
  edges?: Readonly<Record<string, RowSource>>;
};

/** By the name of the type whose rows they are. */
export const rowSources = new Map<string, () => RowSource>();

type Raw = Readonly<Record<string, unknown>>;
type Build = (row: Raw) => unknown;
type Show = (value: unknown) => unknown;
export type RowShape = { part: RowPart; build: Build };
type Selected = { schema: GraphQLSchema; fragments: Fragments };

/** Each is a statement that Postgres keeps on every connection. What comes later is read as whole rows. */
const MOST_PARTS = 100;
const parts = new Set<string>();

/** null: it takes more than columns to answer what is selected. */
export function rowShape(
  type: GraphQLObjectType,
  set: SelectionSetNode,
  { source, hasCursors, ...selected }: Selected & { source: RowSource; hasCursors: boolean },
): RowShape | null {
  const shaper = new Shaper(selected);
  const code = shaper.objectOf(type, [set], source);
  const part = shaper.part(hasCursors);
  if (!code || (parts.size >= MOST_PARTS && !parts.has(part.key))) return null;
  parts.add(part.key);
  return { part, build: shaper.compile(code) };
}

/** Collects the columns while it writes the code that makes an object of them: text, or null where it cannot. */
class Shaper {
  readonly #selected: Selected;
  readonly #columns: PgColumn[] = [];
  readonly #names: string[] = [];
  readonly #shown: Show[] = [];

  constructor(selected: Selected) {
    this.#selected = selected;
  }

  part(hasCursors: boolean): RowPart {
    const columns = this.#columns.map((column, index): [string, SQL] => [`c${index}`, sql`${column}`]);
    return { key: this.#names.join(' '), columns: Object.fromEntries(columns), hasCursors };
  }

  /** All that is foreign in the code are names of GraphQL: letters, digits and underscores. */
  compile(code: string): Build {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- closures for each field take twice as long
    const make = new Function('shown', `return (row) => (${code});`) as (shown: readonly Show[]) => Build;
    return make(this.#shown);
  }

  objectOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[], source: RowSource): string | null {
    const { schema, fragments } = this.#selected;
    const applies = (condition: string) => {
      const wanted = schema.getType(condition);
      return condition === type.name || (isAbstractType(wanted) && schema.isSubType(wanted, type));
    };
    const nodes = sets.flatMap((set) => selectedFields(set, fragments, applies));
    const fields: string[] = [];
    // What has the same key was asked for in several places, and is answered together.
    for (const [key, same] of Map.groupBy(nodes, ({ alias, name }) => (alias ?? name).value)) {
      const code = key === '__proto__' ? null : this.#fieldOf(type, same, source);
      if (!code) return null;
      fields.push(`${key}: ${code}`);
    }
    return `{ ${fields.join(', ')} }`;
  }

  #fieldOf(type: GraphQLObjectType, nodes: readonly FieldNode[], source: RowSource): string | null {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') return `'${type.name}'`;
    const field = type.getFields()[name];
    if (!field || field.args.length > 0) return null;
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const edge = source.edges?.[name];
    const column = source.columns[name];
    if (edge) return isObjectType(field.type) ? this.#edgeOf(field.type, sets, edge) : null;
    return column ? this.#leafOf(field, { column, source }) : null;
  }

  /** A row that is not there has no id. */
  #edgeOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[], source: RowSource): string | null {
    const id = source.columns.id && this.#add(source.columns.id, source);
    const code = this.objectOf(type, sets, source);
    return id && code ? `row.${id} === null ? null : ${code}` : null;
  }

  #leafOf(
    { type, resolve }: GraphQLField<unknown, unknown>,
    { column, source }: { column: PgColumn; source: RowSource },
  ): string | null {
    const leaf = getNullableType(type);
    if (resolve || !isLeafType(leaf) || (isNonNullType(type) && !column.notNull)) return null;
    const shown = shownAs(leaf, column);
    if (!shown) return null;
    const value = `row.${this.#add(column, source)}`;
    if (shown === AS_IT_IS) return value;
    const show = `shown[${this.#shown.push(shown) - 1}](${value})`;
    return column.notNull ? show : `${value} === null ? null : ${show}`;
  }

  #add(column: PgColumn, { path }: RowSource): string {
    const known = this.#columns.indexOf(column);
    if (known >= 0) return `c${known}`;
    this.#names.push(`${path ?? ''}.${column.name}`);
    return `c${this.#columns.push(column) - 1}`;
  }
}

const AS_IT_IS = (value: unknown) => value;

const SQL_TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  ID: 'text',
  Int: 'integer',
  Boolean: 'boolean',
  DateTime: 'timestamp (3) with time zone',
};

/** null: the column holds something else than the type shows. */
function shownAs(type: GraphQLLeafType, column: PgColumn): Show | null {
  const words = isEnumType(type) && type.getValues().every(({ name, value }) => name === value);
  if (column.getSQLType() !== (words ? 'text' : SQL_TYPES[type.name])) return null;
  if (words) return (word) => type.serialize(word);
  return type.name === 'DateTime' ? (text) => isoOfPostgres(String(text)) : AS_IT_IS;
}

const shapes = new WeakMap<FieldNode, RowShape>();

/** `node` stands for a field whose rows are shown in that shape. */
export const isShown = (node: FieldNode, shape: RowShape) => void shapes.set(node, shape);

/** undefined: whole rows are asked for. */
export const shapeFor = ({ fieldNodes: [first] }: Pick<GraphQLResolveInfo, 'fieldNodes'>) =>
  first && shapes.get(first);

/** In compiled queries, pages of rows that are only shown become pieces of the answer as a whole, not field by field. */
import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  lexicographicSortSchema,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { partOf } from '../../database/page.ts';
import { type Fragments, standsFor } from '../../graphql/look-ahead.ts';
import type { Connection } from '../../graphql/paging.ts';
import { isShown, rowShape, type RowShape, rowSources, shapeFor } from '../../graphql/row-shape.ts';

const Shown = new GraphQLScalarType({ name: 'Shown' });
/** No name of the schema has two underscores inside. */
const SHOWN_NODES = 'nodes__shown';

/** A copy of the schema whose pages have their rows as they are shown, too. */
export function withShownRows(schema: GraphQLSchema): GraphQLSchema {
  const copy = lexicographicSortSchema(schema);
  for (const type of Object.values(copy.getTypeMap())) {
    const fields = isObjectType(type) ? type.getFields() : {};
    if (!fields.nodes || !rowTypeOf(type.name, fields.nodes.type)) continue;
    fields[SHOWN_NODES] = {
      ...fields.nodes,
      name: SHOWN_NODES,
      type: new GraphQLNonNull(Shown),
      resolve: ({ page }: Connection<object>, _args, _context, info) => {
        const shape = shapeFor(info);
        return page.rows.map((row) => shape?.build(partOf(row)));
      },
    };
  }
  return copy;
}

function rowTypeOf(connection: string, nodes: GraphQLOutputType): GraphQLObjectType | null {
  const type = getNamedType(nodes);
  const isPage = connection === `${type.name}Connection` && rowSources.has(type.name);
  return isPage && isObjectType(type) ? type : null;
}

/** The document with every page asked for in that way whose rows need nothing else. */
export function showingRows(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const types = new TypeInfo(schema);
  const shapes = new Map<FieldNode, RowShape>();
  const keys = new Map<string, number>();
  const fragments = fragmentsOf(document);
  const look = (node: FieldNode) => {
    const type = getNamedType(types.getType());
    const rows = isObjectType(type) && type.getFields().nodes;
    const rowType = rows && rowTypeOf(type.name, rows.type);
    if (!rowType) return;
    keys.set(keyOf(node), (keys.get(keyOf(node)) ?? 0) + 1);
    const shape = shapeOfPage(rowType, node, { schema, fragments });
    if (shape) shapes.set(node, shape);
  };
  visit(document, visitWithTypeInfo(types, { Field: look }));
  return visit(document, {
    Field: (node) => {
      const shape = shapes.get(node);
      // What is asked for twice under one key may be answered together.
      return shape && keys.get(keyOf(node)) === 1 ? inShape(node, shape) : undefined;
    },
  });
}

const keyOf = ({ alias, name }: FieldNode) => (alias ?? name).value;

const BESIDES = ['__typename', 'totalCount', 'pageInfo'];

function shapeOfPage(
  type: GraphQLObjectType,
  { selectionSet }: FieldNode,
  within: { schema: GraphQLSchema; fragments: Fragments },
): RowShape | null {
  const selections = selectionSet?.selections ?? [];
  const [set, ...more] = selections.filter(isNodes).map((one) => one.selectionSet);
  const others = selections.filter((one) => !isNodes(one)).map(nameOf);
  const source = rowSources.get(type.name)?.();
  if (!set || more.length > 0 || !source || !others.every((name) => BESIDES.includes(name))) return null;
  return rowShape(type, set, { ...within, source, hasCursors: others.includes('pageInfo') });
}

const isNodes = (one: SelectionNode): one is FieldNode =>
  one.kind === Kind.FIELD && one.name.value === 'nodes';
/** A fragment's fields are of no name here, so that nothing fits that has one. */
const nameOf = (one: SelectionNode) => (one.kind === Kind.FIELD ? one.name.value : '');

function inShape(node: FieldNode, shape: RowShape): FieldNode {
  const selections = (node.selectionSet?.selections ?? []).map((one) => {
    if (!isNodes(one)) return one;
    const { selectionSet: _shown, name, alias = name, ...kept } = one;
    const shown = { ...kept, alias, name: { ...name, value: SHOWN_NODES } };
    isShown(shown, shape);
    return standsFor(shown, one);
  });
  const page: FieldNode = { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  isShown(page, shape);
  return page;
}

function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const all = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(all.map((one) => [one.name.value, one]));
}

import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isNonNullType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

export type Path = readonly (string | number)[];
export type Operation = { schema: GraphQLSchema; document: DocumentNode; operation: OperationDefinitionNode };

type Level = { parent: GraphQLCompositeType; set: SelectionSetNode };

/** What becomes null when there is an error at `path`: the innermost part of it that may be. */
export function nullablePlaceOf({ schema, document, operation }: Operation, path: Path): Path {
  let place = 0;
  const root = schema.getRootType(operation.operation);
  let levels: Level[] = root ? [{ parent: root, set: operation.selectionSet }] : [];
  let type: GraphQLOutputType | undefined;
  for (const [index, step] of path.entries()) {
    if (typeof step === 'number') {
      type = itemTypeOf(type);
    } else {
      const found = levels.flatMap((level) => [...fieldsOf({ schema, document }, level, step)]);
      type = found[0]?.type;
      levels = found.flatMap(({ node, type: inner }) => {
        const named = getNamedType(inner);
        return isCompositeType(named) && node.selectionSet ? [{ parent: named, set: node.selectionSet }] : [];
      });
    }
    if (type && !isNonNullType(type)) place = index + 1;
  }
  return path.slice(0, place);
}

function itemTypeOf(type: GraphQLOutputType | undefined): GraphQLOutputType | undefined {
  const list = isNonNullType(type) ? type.ofType : type;
  return isListType(list) ? list.ofType : undefined;
}

type Found = { node: FieldNode; type: GraphQLOutputType };

/** The fields that answer under that name; all of them are alike, or the document would not be valid. */
function* fieldsOf(
  within: { schema: GraphQLSchema; document: DocumentNode },
  { parent, set }: Level,
  name: string,
): Generator<Found> {
  for (const one of set.selections) {
    if (one.kind === Kind.FIELD) {
      const type = isUnionType(parent) ? undefined : parent.getFields()[one.name.value]?.type;
      if (type && (one.alias ?? one.name).value === name) yield { node: one, type };
      continue;
    }
    const fragment =
      one.kind === Kind.INLINE_FRAGMENT
        ? one
        : within.document.definitions.find(
            (other) => other.kind === Kind.FRAGMENT_DEFINITION && other.name.value === one.name.value,
          );
    if (!fragment || !('selectionSet' in fragment)) continue;
    const condition = 'typeCondition' in fragment ? fragment.typeCondition?.name.value : undefined;
    const target = condition === undefined ? parent : within.schema.getType(condition);
    if (isCompositeType(target))
      yield* fieldsOf(within, { parent: target, set: fragment.selectionSet }, name);
  }
}

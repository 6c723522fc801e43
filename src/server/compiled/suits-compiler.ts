import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** Fields of compiled code: some 30 ms of work. The largest of this API's own operations has about 100. */
const LARGEST = 1_000;

/**
 * Whether a compiled operation answers as graphql-js does, and can be had at a price. Conditions (`@skip`, `@include`) go
 * wrong where a fragment is used in several places; a variable inside of a list or an object takes no default of the
 * field that it stands for; and what changes something, or describes the schema, would gain nothing.
 */
export function suitsCompiler(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  const root = schema.getRootType(operation.operation);
  if (operation.operation === OperationTypeNode.MUTATION || !root) return false;
  let suits = true;
  visit(document, {
    Directive: () => void (suits = false),
    Field: ({ name }) => void (suits &&= name.value === '__typename' || !name.value.startsWith('__')),
    Variable: (_node, _key, parent) => void (suits &&= !isInsideValue(parent)),
  });
  return suits && new Sizer(schema, document).of(root, operation.selectionSet) <= LARGEST;
}

/** A list's values come as an array. */
const isInsideValue = (parent: unknown): boolean =>
  Array.isArray(parent) ||
  (typeof parent === 'object' && parent !== null && 'kind' in parent && parent.kind === Kind.OBJECT_FIELD);

/** Counts the fields of the code: those below an abstract type are compiled for each type that it may be. */
class Sizer {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  #size = 0;

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(one.name.value, one);
  }

  /** It stops counting when it is too large. */
  of(type: GraphQLObjectType, set: SelectionSetNode): number {
    this.#add(type, set);
    return this.#size;
  }

  #add(type: GraphQLObjectType, { selections }: SelectionSetNode): void {
    for (const one of selections) {
      if (this.#size > LARGEST) return;
      if (one.kind === Kind.FIELD) {
        this.#size += 1;
        const field = type.getFields()[one.name.value];
        if (field && one.selectionSet) this.#addEach(getNamedType(field.type), one.selectionSet);
        continue;
      }
      const fragment = one.kind === Kind.INLINE_FRAGMENT ? one : this.#fragments.get(one.name.value);
      if (fragment && this.#applies(fragment.typeCondition?.name.value, type))
        this.#add(type, fragment.selectionSet);
    }
  }

  #addEach(type: GraphQLNamedType, set: SelectionSetNode): void {
    const possible = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    for (const one of possible) if (isObjectType(one)) this.#add(one, set);
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    const wanted = condition === undefined ? type : this.#schema.getType(condition);
    return wanted === type || (isAbstractType(wanted) && this.#schema.isSubType(wanted, type));
  }
}

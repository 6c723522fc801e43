/** What an operation costs, before it runs: the fields that its answer may have, by the sizes that it asks for. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

/** A page's size when the operation does not say, and what is assumed of lists that have no pages. */
const USUAL_PAGE = 20;
const LARGEST_PAGE = 100;
const USUAL_LIST = 10;
/** What introspection's lists count: less than they hold, since it reads no more than this process's memory. */
const SCHEMA_LISTS: Readonly<Record<string, number>> = { types: 50, fields: 3 };
/** Short as they are, such lists are as long as the schema, and a document can hold many of them. */
const ALL_TYPES = 2_000;

type Values = Readonly<Record<string, unknown>>;
export type Priced = {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** As they were sent, with the operation's own defaults. */
  variables: Values;
};

/** The document has to be valid: its fragments are taken to be known and not circular. */
export function costOf(type: GraphQLCompositeType, set: SelectionSetNode, priced: Priced): number {
  return new Meter(priced).ofSelections(type, set, USUAL_LIST);
}

/** Remembers each selection set's cost: fragments that are used again and again would take exponential time. */
class Meter {
  readonly #priced: Priced;
  readonly #known = new Map<SelectionSetNode, Map<string, number>>();

  constructor(priced: Priced) {
    this.#priced = priced;
  }

  /** `listSize`: how long the lists `edges` and `nodes` are, when the type is a connection. */
  ofSelections(type: GraphQLCompositeType, set: SelectionSetNode, listSize: number): number {
    const key = `${type.name}:${listSize}`;
    const known = this.#known.get(set) ?? new Map<string, number>();
    this.#known.set(set, known);
    const cost = known.get(key) ?? this.#add(type, set, listSize);
    known.set(key, cost);
    return cost;
  }

  /** Of an abstract type's alternatives only one comes true: the dearest counts. */
  #add(type: GraphQLCompositeType, set: SelectionSetNode, listSize: number): number {
    let shared = 0;
    const alternatives = new Map<string, number>();
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        shared += this.#ofField(type, one, listSize);
        continue;
      }
      const [target, inner] = this.#fragment(type, one);
      const cost = this.ofSelections(target, inner, listSize);
      if (isAbstractType(type) && isObjectType(target))
        alternatives.set(target.name, (alternatives.get(target.name) ?? 0) + cost);
      else shared += cost;
    }
    return shared + Math.max(0, ...alternatives.values());
  }

  #fragment(
    type: GraphQLCompositeType,
    one: Exclude<SelectionNode, FieldNode>,
  ): [GraphQLCompositeType, SelectionSetNode] {
    const fragment = one.kind === Kind.INLINE_FRAGMENT ? one : this.#priced.fragments.get(one.name.value);
    if (!fragment) throw new Error('A fragment is priced that does not exist.');
    const name = fragment.typeCondition?.name.value;
    const target = name === undefined ? type : this.#priced.schema.getType(name);
    return [isCompositeType(target) ? target : type, fragment.selectionSet];
  }

  #ofField(parent: GraphQLCompositeType, node: FieldNode, listSize: number): number {
    if (!node.selectionSet) return 1;
    const field = isUnionType(parent) ? undefined : parent.getFields()[node.name.value];
    if (!field) return this.#ofSchema(node.name.value, node.selectionSet);
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return 1;
    const asked = this.#listSize(field, node);
    const inner = this.ofSelections(type, node.selectionSet, asked ?? listSize);
    if (!isListType(getNullableType(field.type))) return 1 + inner;
    if (parent.name.startsWith('__')) {
      const flat = node.name.value === 'types' ? ALL_TYPES : 1;
      return flat + inner * (SCHEMA_LISTS[node.name.value] ?? 1);
    }
    return 1 + inner * (isPageOf(parent, node) ? listSize : (asked ?? USUAL_LIST));
  }

  /** `__schema` and `__type` are fields of no type. */
  #ofSchema(name: string, set: SelectionSetNode): number {
    const type = this.#priced.schema.getType(name === '__schema' ? '__Schema' : '__Type');
    return isCompositeType(type) ? 1 + this.ofSelections(type, set, USUAL_LIST) : 1;
  }

  /** By `first` or `last`, or as many as were sent to be answered one by one; undefined: the field does not say. */
  #listSize(field: GraphQLField<unknown, unknown>, node: FieldNode): number | undefined {
    const given = (node.arguments ?? []).map((one) => ({
      name: one.name.value,
      value: valueFromASTUntyped(one.value, this.#priced.variables),
    }));
    if (field.args.some(({ name }) => name === 'first')) {
      const page = given.find(
        ({ name, value }) => (name === 'first' || name === 'last') && typeof value === 'number',
      )?.value;
      return Math.min(LARGEST_PAGE, Math.max(1, Number(page ?? USUAL_PAGE)));
    }
    const lengths = given.flatMap(({ value }) => [value, ...innerValues(value)]).filter(Array.isArray);
    return lengths.length > 0 ? Math.max(...lengths.map(({ length }) => length)) : undefined;
  }
}

const isPageOf = (parent: GraphQLCompositeType, { name }: FieldNode) =>
  parent.name.endsWith('Connection') && (name.value === 'edges' || name.value === 'nodes');

const innerValues = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value) : [];

/** Lists of plain objects are most of what large answers hold: in compiled queries each becomes one piece of text. */
import {
  defaultFieldResolver,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  GraphQLScalarType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  lexicographicSortSchema,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { asSent, type Fragments, standsFor } from '../../graphql/look-ahead.ts';
import { JsonText } from './json-text.ts';
import { isThenable, NotPlain, type Write, writerOf } from './write-plain.ts';

type Field = GraphQLField<unknown, unknown>;

const ReadyText = new GraphQLScalarType({ name: 'ReadyText', serialize: (value) => value });
/** No name of the schema has two underscores inside. */
const textNameOf = (field: string) => `${field}__text`;

/** A copy of the schema whose lists of objects can be had as text, too. */
export function withTextFields(schema: GraphQLSchema): GraphQLSchema {
  const copy = lexicographicSortSchema(schema);
  for (const type of Object.values(copy.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const fields = type.getFields();
    for (const field of Object.values(fields))
      if (isObjectList(field.type))
        fields[textNameOf(field.name)] = textField(field, `${type.name}.${textNameOf(field.name)}`);
  }
  return copy;
}

function isObjectList(type: GraphQLOutputType): boolean {
  const list = isNonNullType(type) ? type.ofType : type;
  if (!isListType(list)) return false;
  return isObjectType(isNonNullType(list.ofType) ? list.ofType.ofType : list.ofType);
}

function textField(field: Field, coordinate: string): Field {
  const { resolve = defaultFieldResolver, type } = field;
  const name = textNameOf(field.name);
  const writers = new WeakMap<object, Write>();
  const writerFor = (info: GraphQLResolveInfo) => {
    const [first = info.operation] = info.fieldNodes;
    const write = writers.get(first) ?? writerOf(type, setsOf(info.fieldNodes), { ...info, excluded: NONE });
    if (write) writers.set(first, write);
    return write;
  };
  return {
    ...field,
    name,
    type: isNonNullType(type) ? new GraphQLNonNull(ReadyText) : ReadyText,
    resolve: (source, args, context, info) => {
      // What went wrong is returned: the code takes an error for one, wherever it comes from.
      const toText = (rows: unknown) => {
        if (rows == null && !isNonNullType(type)) return null;
        try {
          const text = writerFor(info)?.(rows, { context, info });
          return text === undefined ? new NotPlain(coordinate) : new JsonText(text);
        } catch (error) {
          return error instanceof NotPlain ? error : new NotPlain(coordinate);
        }
      };
      const rows: unknown = resolve(source, args, context, { ...info, fieldName: field.name });
      return isThenable(rows) ? mapped(rows, toText) : toText(rows);
    },
  };
}

/** Without a promise of its own, so that what fails does so in the same order as without text. */
const mapped = <From, To>(late: PromiseLike<From>, map: (value: From) => To): PromiseLike<To> => ({
  then: (done, failed) => late.then(done && ((value) => done(map(value))), failed),
});

const NONE: ReadonlySet<string> = new Set();
const setsOf = (nodes: readonly FieldNode[]) => nodes.flatMap((node) => asSent(node).selectionSet ?? []);
const keyOf = ({ alias, name }: FieldNode) => (alias ?? name).value;

/**
 * The document with every such list asked for as text. Those that have the same key may be answered together, so all of
 * them are, or none.
 */
export function askingForText(
  schema: GraphQLSchema,
  document: DocumentNode,
  excluded: ReadonlySet<string>,
): DocumentNode {
  const fragments = fragmentsOf(document);
  const types = new TypeInfo(schema);
  const plain = new Set<FieldNode>();
  const others = new Set<string>();
  const look = (node: FieldNode) => {
    const [parent, field] = [types.getParentType(), types.getFieldDef()];
    if (!field || !isObjectList(field.type)) return;
    const canBe =
      isObjectType(parent) &&
      !excluded.has(`${parent.name}.${textNameOf(field.name)}`) &&
      writerOf(field.type, setsOf([node]), { schema, fragments, excluded });
    if (canBe) plain.add(node);
    else others.add(keyOf(node));
  };
  visit(document, visitWithTypeInfo(types, { Field: look }));
  return visit(document, {
    Field: (node) => (plain.has(node) && !others.has(keyOf(node)) ? inText(node) : undefined),
  });
}

function inText(node: FieldNode): FieldNode {
  const { selectionSet: _written, name, alias = name, ...kept } = node;
  return standsFor({ ...kept, alias, name: { ...name, value: textNameOf(name.value) } }, node);
}

function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const all = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(all.map((one) => [one.name.value, one]));
}

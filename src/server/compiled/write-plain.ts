/**
 * Writes objects as JSON text, without any steps between. It writes only what is plain: values that are there, of the
 * type that they should be. Whatever is not (a promise, an error, a null in a wrong place) stops it, and the query is
 * executed in the ordinary way, which knows what to do with it.
 */
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, selectedFields } from '../../graphql/look-ahead.ts';

/** What stopped it: the value of the field `Type.field`. */
export class NotPlain extends Error {
  override readonly name = 'NotPlain';
  readonly field: string;

  constructor(field: string) {
    super(`${field} is not plain.`);
    this.field = field;
  }
}

type Given = { context: unknown; info: GraphQLResolveInfo };
/** undefined: it is not plain. */
export type Write = (value: unknown, given: Given) => string | undefined;

type Writing = {
  schema: GraphQLSchema;
  fragments: Fragments;
  /** Fields that were found not to be plain. */
  excluded: ReadonlySet<string>;
};

/** null: what is selected cannot be plain. */
export function writerOf(
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  writing: Writing,
): Write | null {
  if (isNonNullType(type)) return writerOf(type.ofType, sets, writing);
  if (isListType(type)) return listWriter(type.ofType, sets, writing);
  if (isLeafType(type)) return leafWriter(type);
  return isObjectType(type) && !type.isTypeOf ? objectWriter(type, sets, writing) : null;
}

function listWriter(item: GraphQLOutputType, sets: readonly SelectionSetNode[], writing: Writing) {
  const write = writerOf(item, sets, writing);
  if (!write) return null;
  const absent = isNonNullType(item) ? undefined : 'null';
  return (value: unknown, given: Given) => {
    if (!Array.isArray(value)) return undefined;
    let text = '';
    for (const one of value) {
      const written = one == null ? absent : write(one, given);
      if (written === undefined) return undefined;
      text += text === '' ? written : `,${written}`;
    }
    return `[${text}]`;
  };
}

function objectWriter(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  writing: Writing,
): Write | null {
  const fields = fieldsByKey(type, sets, writing).map(([key, nodes]) =>
    fieldWriter(type, nodes, { key, ...writing }),
  );
  const [first, ...others] = fields;
  if (!first || !fields.every((one) => one !== null)) return null;
  return (value, given) => {
    if (!isObject(value) || isThenable(value) || value instanceof Error) return undefined;
    let text = `{${first(value, given)}`;
    for (const one of others) text += `,${one?.(value, given)}`;
    return `${text}}`;
  };
}

/** What has the same key was asked for in several places, and is answered together. */
function fieldsByKey(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  { schema, fragments }: Writing,
): [string, FieldNode[]][] {
  const applies = (condition: string) => {
    const wanted = schema.getType(condition);
    return condition === type.name || (isAbstractType(wanted) && schema.isSubType(wanted, type));
  };
  const nodes = sets.flatMap((set) => selectedFields(set, fragments, applies));
  return [...Map.groupBy(nodes, ({ alias, name }) => (alias ?? name).value)];
}

type Source = Readonly<Record<string, unknown>>;
type FieldWrite = (source: Source, given: Given) => string;

const NO_ARGUMENTS = {};

/** Throws NotPlain. */
function fieldWriter(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  { key, ...writing }: Writing & { key: string },
): FieldWrite | null {
  const name = nodes[0]?.name.value ?? '';
  const begin = `${JSON.stringify(key)}:`;
  if (name === '__typename') return () => `${begin}"${type.name}"`;
  const field = type.getFields()[name];
  const coordinate = `${type.name}.${name}`;
  if (!field || !needsNothing(field) || writing.excluded.has(coordinate)) return null;
  const { resolve } = field;
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const write = writerOf(field.type, sets, writing);
  if (!write) return null;
  const absent = isNonNullType(field.type) ? undefined : 'null';
  return (source, given) => {
    try {
      const value = resolve ? resolve(source, NO_ARGUMENTS, given.context, given.info) : source[name];
      const text = value == null ? absent : write(value, given);
      if (text !== undefined) return begin + text;
      // What it comes to is of no interest any more, a failure included.
      if (isThenable(value)) value.then(undefined, () => undefined);
    } catch (error) {
      if (error instanceof NotPlain) throw error;
    }
    throw new NotPlain(coordinate);
  };
}

/** It is a property, or its resolver is given the object and the context at most: no arguments, and no `info`. */
const needsNothing = ({ args, resolve }: GraphQLField<unknown, unknown>) =>
  args.length === 0 && (!resolve || (resolve.length > 0 && resolve.length < 4));

const isObject = (value: unknown): value is Source => typeof value === 'object' && value !== null;

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  isObject(value) && typeof value.then === 'function';

function leafWriter(type: GraphQLLeafType): Write {
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name, value }) => [value, `"${name}"`]));
    return (value) => texts.get(value);
  }
  switch (type.name) {
    case 'String':
    case 'ID':
      return (value) => (typeof value === 'string' ? quoted(value) : undefined);
    case 'Int':
      return (value) => (typeof value === 'number' && (value | 0) === value ? String(value) : undefined);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? String(value) : undefined);
    default:
      return (value) => {
        const serialized = type.serialize(value);
        return typeof serialized === 'string' ? quoted(serialized) : undefined;
      };
  }
}

/** What JSON may write in another way than it stands in the text: besides the two, control characters and half ones. */
const TO_ESCAPE = /["\\\p{Cc}\p{Cs}]/u;
const quoted = (text: string) => (TO_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`);

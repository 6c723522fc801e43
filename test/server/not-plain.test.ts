/** Values that are not what they should be, inside of lists that are written as text: the answer is graphql-js' own. */
import {
  execute,
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { createCompiler } from '../../src/server/compiled/compile.ts';
import { JsonText, stringify } from '../../src/server/compiled/json-text.ts';

const Colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 'r' }, BLUE: {} } });
const Moment = new GraphQLScalarType({
  name: 'Moment',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    if (value === 7) return 7;
    throw new TypeError('It is no moment.');
  },
});
const Inner = new GraphQLObjectType({ name: 'Inner', fields: { name: { type: GraphQLString } } });

const LEAVES: Record<string, GraphQLOutputType> = {
  text: GraphQLString,
  id: GraphQLID,
  int: GraphQLInt,
  float: GraphQLFloat,
  is: GraphQLBoolean,
  colour: Colour,
  moment: Moment,
  inner: Inner,
  inners: new GraphQLList(Inner),
  words: new GraphQLList(new GraphQLNonNull(GraphQLString)),
};

const VALUES: readonly unknown[] = [
  null,
  undefined,
  '',
  'plain',
  'a "quoted" \\ \n \u0000 \ud800 text',
  -0,
  7,
  1.5,
  2 ** 31,
  NaN,
  true,
  'r',
  'RED',
  'BLUE',
  new Date(0),
  new Date(NaN),
  new Error('An error as a value.'),
  {},
  { name: 'inner' },
  { name: 3 },
  [],
  ['word', 'other'],
  ['word', null],
  [{ name: 'inner' }, null],
  { valueOf: () => 'valued' },
];

/** A list of one row, whose field `value` is of the type. `given` is made for each execution. */
function schemaOf(type: GraphQLOutputType, given: () => unknown, hasResolver: boolean): GraphQLSchema {
  const value = hasResolver ? { type, resolve: (_row: unknown) => given() } : { type };
  const Row = new GraphQLObjectType({ name: 'Row', fields: { value } });
  const rows = { type: new GraphQLList(Row), resolve: () => [hasResolver ? {} : { value: given() }] };
  return new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { rows } }) });
}

/** The compiler words one bug in its own way: nobody hears of it, for callers are told only that there was one. */
const told = (result: unknown) =>
  stringify(result).replace(/(did not find one for field) \\"([\w.]+)\\"/, '$1 $2');

async function compare(type: GraphQLOutputType, given: () => unknown, hasResolver: boolean) {
  const schema = schemaOf(type, given, hasResolver);
  const document = parse(`{ rows { value ${String(type).includes('Inner') ? '{ name }' : ''} } }`);
  const compiled = createCompiler(schema)(document, null);
  const theirs = await execute({ schema, document });
  let isText = false;
  for (let time = 0; time < 3; time++) {
    const ours = await compiled?.({ schema, document });
    isText = ours?.data?.rows instanceof JsonText;
    expect([String(type), String(given), told(ours)]).toEqual([String(type), String(given), told(theirs)]);
  }
  return isText;
}

test('Whatever a field holds, or its resolver gives, throws or promises, is answered as graphql-js does', async () => {
  let texts = 0;
  for (const leaf of Object.values(LEAVES))
    for (const type of [leaf, new GraphQLNonNull(leaf)])
      for (const value of VALUES) {
        if (await compare(type, () => value, false)) texts += 1;
        await compare(type, () => value, true);
        await compare(type, () => Promise.resolve(value), true);
      }
  const fails = () => {
    throw new Error('It failed.');
  };
  for (const given of [fails, () => Promise.reject(new Error('It failed later.'))])
    await compare(GraphQLString, given, true);
  expect(texts).toBeGreaterThan(30);
});

/** The limits let through whatever this API's own users send: its operations, GraphiQL, codegen. */
import { readdirSync, readFileSync } from 'node:fs';
import { type DocumentNode, getIntrospectionQuery, Kind } from 'graphql';
import { expect, test } from 'vitest';
import { costOf } from '../../src/server/limits/cost.ts';
import { MOST_COST } from '../../src/server/limits/limit-cost.ts';
import { readDocument } from '../../src/server/limits/read-document.ts';
import { schema } from '../../src/server/schema.ts';

function priceOf(document: DocumentNode, variables: Record<string, unknown> = {}): number {
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  const type = operation && schema.getRootType(operation.operation);
  if (!operation || !type) throw new Error('The document holds no operation.');
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  return costOf(type, operation.selectionSet, { schema, fragments, variables });
}

const cost = (text: string, variables?: Record<string, unknown>) => priceOf(readDocument(text), variables);

const FOLDER = 'schema/operations';
for (const file of readdirSync(FOLDER)) {
  test(`The operation ${file} is within the limits, with the largest pages and bulks that there are`, () => {
    const hundred = Array.from({ length: 100 }, () => ({}));
    const variables = { first: 100, input: { items: hundred, tenantIds: hundred } };
    expect(cost(readFileSync(`${FOLDER}/${file}`, 'utf8'), variables)).toBeLessThan(MOST_COST / 2);
  });
}

test('The introspection of GraphiQL and codegen is within the limits, with everything that it can ask for', () => {
  const everything = getIntrospectionQuery({
    inputValueDeprecation: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    oneOf: true,
  });
  expect(cost(everything)).toBeLessThan(MOST_COST);
});

test('A field costs one, and what lies inside of a list as often as it may come', () => {
  expect(cost('{ eventCursor }')).toBe(1);
  expect(cost('{ tenants(first: 7) { totalCount nodes { id status } } }')).toBe(1 + 1 + 1 + 7 * 2);
  expect(cost('{ tenants { nodes { id } } }')).toBe(1 + 1 + 20);
  expect(cost('{ tenants(last: 100) { edges { node { id } } } }')).toBe(1 + 1 + 100 * 2);
  expect(cost('query ($n: Int) { tenants(first: $n) { nodes { id } } }', { n: 3 })).toBe(1 + 1 + 3);
  expect(cost('{ nodes(ids: ["a", "b", "c"]) { id } }')).toBe(1 + 3);
  expect(cost('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', 'b'] })).toBe(1 + 2);
  expect(cost('{ tenants(first: 10) { nodes { syncRuns(first: 10) { nodes { id } } } } }')).toBe(
    1 + 1 + 10 * (1 + 1 + 10),
  );
});

test('Of the alternatives of a union only the dearest counts', () => {
  const one = cost('{ nodes(ids: ["a"]) { ... on Tenant { id status statusLabel } } }');
  expect(
    cost('{ nodes(ids: ["a"]) { ... on Tenant { id status statusLabel } ... on SyncRun { id } } }'),
  ).toBe(one);
});

test('Fragments that double at every level are priced at once', () => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `fragment f${i} on Tenant { x: baseline { ...f${i + 1} } y: baseline { ...f${i + 1} } }`,
  ).join(' ');
  expect(cost(`{ tenants(first: 1) { nodes { ...f0 } } } ${levels} fragment f9 on Tenant { id }`)).toBe(
    1 + 1 + 2 * (2 ** 9 - 1) + 2 ** 9,
  );
});

/** Compiled queries answer as graphql-js does: this API's own operations, and queries drawn at random from the schema. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse, print, validate } from 'graphql';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { showingRows, withShownRows } from '../../src/server/compiled/shown-rows.ts';
import { schema } from '../../src/server/schema.ts';
import type { Api } from '../support/api.ts';
import { bothWays, compile, startCompiledWorld, viewerOf, viewers } from '../support/compiled-world.ts';
import { contextFor } from '../support/context.ts';
import { drawOperation } from '../support/draw-operation.ts';

const operations = new URL('../../schema/operations/', import.meta.url);

let api: Api;
let ids: string[];
beforeAll(async () => {
  ({ api, ids } = await startCompiledWorld());
});
afterAll(() => api[Symbol.asyncDispose]());

test('Every query of schema/operations is compiled, and answers as graphql-js does', async () => {
  const [tenantId, , runId] = ids;
  const queries = readdirSync(operations)
    .map((file) => readFileSync(new URL(file, operations), 'utf8'))
    .filter((text) => /^query/m.test(text));
  expect(queries.length).toBeGreaterThan(6);
  for (const text of queries) {
    for (const viewer of viewers) {
      for (const id of [tenantId, runId, newId('run'), 'x']) {
        // A null in the place of a default is left to graphql-js.
        const variables = { id, syncRunId: id, first: 2 };
        const { ours, theirs } = await bothWays(api, { document: parse(text), variables, viewer });
        expect({ text, id, ...ours }).toEqual({ text, id, ...theirs });
      }
    }
  }
});

test('Queries drawn at random from the schema answer as graphql-js does', async () => {
  let compiled = 0;
  let failed = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const { text, variables } = drawOperation(schema, { seed, ids });
    const document = parse(text);
    expect([text, validate(schema, document)]).toEqual([text, []]);
    for (const viewer of viewers) {
      const { ours, theirs } = await bothWays(api, { document, variables, viewer });
      if (!ours) continue;
      compiled += 1;
      if (theirs.errors.length > 0) failed += 1;
      expect({ seed, text, variables, ...ours }).toEqual({ seed, text, variables, ...theirs });
    }
  }
  expect(compiled).toBeGreaterThan(90);
  expect(failed).toBeGreaterThan(15);
});

const shown =
  'id displayName status statusSince version isBackupOnly domain latestRun { outcome again: id queuedAt }';
const OF_COLUMNS = [
  `{ tenants { totalCount nodes { ${shown} } pageInfo { hasNextPage endCursor startCursor } } }`,
  `{ tenants(first: 2, orderBy: { field: STATUS_SINCE, direction: DESC }) { nodes { id } pageInfo { endCursor } } }`,
  '{ tenants { list: nodes { ...T __typename id } } } fragment T on Node { ... on Tenant { baseline { id name } id } }',
  '{ tenants { nodes { latestRun { completedAt startedAt comment mode } } } }',
  '{ tenants(filter: { search: "first" }, last: 1) { nodes { name downstream: domain } } }',
  `query ($c: ID!) { changeSet(id: $c) { digest changes { nodes { id kind path diff } pageInfo { endCursor } } } }`,
  `query ($t: ID!) { tenant(id: $t) { name syncRuns(first: 1) { nodes { id status queuedAt isSuperseded } } } }`,
  '{ syncRuns { nodes { id outcome startedAt version } pageInfo { endCursor hasNextPage } } }',
];
const OF_MORE = [
  '{ tenants { nodes { id statusLabel } } }',
  '{ tenants { nodes { id observedAt } } }',
  '{ tenants { nodes { id approvers } } }',
  '{ tenants { nodes { id baseline { observedAt } } } }',
  '{ tenants { nodes { latestRun { stages { stage } } } } }',
  '{ tenants { nodes { id } edges { cursor } } }',
  '{ tenants { ...C } } fragment C on TenantConnection { nodes { id } }',
  '{ a: tenants(first: 1) { nodes { id } } ...Q } fragment Q on Query { a: tenants(first: 1) { nodes { name } } }',
];

test('Pages of columns are read as they are shown, others as whole rows; both answer as graphql-js does', async () => {
  const [t, , , c] = ids;
  for (const text of [...OF_COLUMNS, ...OF_MORE]) {
    const document = parse(text);
    expect([text, validate(schema, document)]).toEqual([text, []]);
    const isShown = print(showingRows(withShownRows(schema), document)).includes('nodes__shown');
    expect([text, isShown]).toEqual([text, OF_COLUMNS.includes(text)]);
    for (const viewer of [...viewers, viewerOf(t)]) {
      const { ours, theirs } = await bothWays(api, { document, variables: { t, c }, viewer });
      expect({ text, ...ours }).toEqual({ text, ...theirs });
      expect(theirs.errors).toEqual([]);
    }
  }
});

const pageOf = (args: string, fields = '') =>
  `query ($c: ID!, $after: String) { changeSet(id: $c) { ${fields} changes${args} { totalCount nodes { path } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`;

test('A change set comes with the page below it in one statement, and answers as graphql-js does', async () => {
  const [t, , run, c] = ids;
  const set = 'id digest createdAt summary { added changed } run { id }';
  const { data } = await api.ask(pageOf('(first: 1, after: $after)'), { c });
  const after = at(data, ['changeSet', 'changes', 'pageInfo', 'endCursor']);
  expect(after).toEqual(expect.any(String));
  const draft = newId('cs');
  await api.db.execute(sql`
    insert into changes select (json_populate_record(c, json_build_object('id', ${newId('chg')}::text, 'change_set_id', ${draft}::text))).*
    from changes c where change_set_id = ${c} and position = 0`);
  const pages = [
    '',
    '(first: 1)',
    '(last: 1)',
    '(after: $after)',
    '(before: $after)',
    '(filter: {kind: [ADDED]})',
  ];
  const wrong = ['(first: 0)', '(first: 1, last: 1)', '(after: "x")'];
  for (const text of [...pages, ...wrong].flatMap((args) => [pageOf(args), pageOf(args, set)])) {
    for (const viewer of [...viewers, viewerOf(t), viewerOf(newId('ten'))]) {
      for (const id of [c, draft, newId('cs'), run]) {
        const { ours, theirs } = await bothWays(api, {
          document: parse(text),
          variables: { c: id, after },
          viewer,
        });
        expect({ text, id, ...ours }).toEqual({ text, id, ...theirs });
      }
    }
  }
  const twice = parse(
    'query ($c: ID!) { changeSet(id: $c) { a: changes(first: 1) { nodes { id } } b: changes { nodes { id } } } }',
  );
  const { ours, theirs } = await bothWays(api, { document: twice, variables: { c }, viewer: viewerOf(t) });
  expect(ours).toEqual(theirs);

  const document = parse('query ($c: ID!) { changeSet(id: $c) { digest changes { nodes { id path } } } }');
  const query = vi.spyOn(api.pool, 'query');
  await compile(document, null)?.({ c })?.(undefined, contextFor(api, viewerOf(t)));
  expect(query).toHaveBeenCalledTimes(1);
  query.mockRestore();
});

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((inner, step) => (inner as Record<string, unknown> | null)?.[step], value);

test('A query that comes again and again gets the same answer, error and status included', async () => {
  const [tenantId] = ids;
  const questions = [
    readFileSync(new URL('dashboard.graphql', operations), 'utf8').replace('eventCursor', ''),
    `{ tenant(id: "${tenantId}") { id syncRuns(first: 0) { totalCount } } viewer { roles } }`,
    '{ apiKeys { id } }',
    '{ node(id: "x") { id } }',
    '{ __typename }',
  ];
  for (const text of questions) {
    const first = await api.ask(text);
    for (let time = 2; time <= 12; time++) expect([text, await api.ask(text)]).toEqual([text, first]);
  }
});

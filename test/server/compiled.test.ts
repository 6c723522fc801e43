/** Compiled queries answer as graphql-js does: this API's own operations, and queries drawn at random from the schema. */
import { readdirSync, readFileSync } from 'node:fs';
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  parse,
  print,
  validate,
} from 'graphql';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { NO_GRANTS, type Viewer } from '../../src/access/viewer.ts';
import type { Context } from '../../src/graphql/context.ts';
import { newId } from '../../src/lib/ids.ts';
import { createCompiler } from '../../src/server/compiled/compile.ts';
import { showingRows, withShownRows } from '../../src/server/compiled/shown-rows.ts';
import { nullablePlaceOf } from '../../src/server/compiled/nullable-place.ts';
import { schema } from '../../src/server/schema.ts';
import { type Api, startApi } from '../support/api.ts';
import { drawQuery } from '../support/draw-query.ts';
import { addChallenge, addChangeSet, addDecision, addRevert, addRun, addTenant } from '../support/rows.ts';

const compile = createCompiler(schema);
const operations = new URL('../../schema/operations/', import.meta.url);

let api: Api;
const ids: string[] = [];
beforeAll(async () => {
  api = await startApi();
  const baseline = await addTenant(api.db, 'baseline');
  for (const name of ['first', 'second', 'third']) {
    const displayName = `${name} \\ "1"\n\u0001\u2028 é 😀`;
    const more = { displayName, domain: `${name}.example` };
    const tenant = await addTenant(api.db, name, { baselineId: baseline.id, ...more });
    const old = await addRun(api.db, tenant, { status: 'COMPLETED', outcome: 'FAILED' });
    const run = await addRun(api.db, tenant, { status: 'PENDING_AUTHENTICATION', revertStatus: 'CONFLICT' });
    const changeSet = await addChangeSet(api.db, run);
    await addDecision(api.db, run, name);
    await addRevert(api.db, run, changeSet.id);
    await addChallenge(api.db, api.seal, run);
    ids.push(tenant.id, old.id, run.id, changeSet.id);
  }
});
afterAll(() => api[Symbol.asyncDispose]());

const viewerWith = (roles: readonly ('VIEWER' | 'OPERATOR' | 'ADMIN')[]): Viewer => ({
  actor: { kind: 'API_KEY', id: 'key/test', displayName: 'Test' },
  personId: 'key/test',
  isMachine: true,
  grants: { ...NO_GRANTS, fleet: new Set(roles) },
  expiresAt: null,
});
const viewerOf = (tenant = ''): Viewer => ({
  ...viewerWith([]),
  grants: {
    ...NO_GRANTS,
    byTenant: new Map([[`ten_${tenant.slice(4)}` as const, new Set(['VIEWER' as const])]]),
  },
});
const viewers = [viewerWith(['ADMIN']), viewerWith(['VIEWER'])];

const contextFor = (viewer: Viewer): Context => ({
  db: api.db,
  viewer,
  feed: api.feed,
  seal: api.seal,
  logPlace: api.feed.place(),
  lastEventId: null,
  staleAfterMs: 90_000,
  heartbeatEveryMs: 60_000,
  services: api.services,
  webHooks: api.webHooks,
});

type Question = { document: DocumentNode; variables: Record<string, unknown>; viewer: Viewer };

/**
 * The order of keys counts. Chance are the order of errors, which item of a list was the first to fail, and whether
 * graphql-js still waited for an error inside of an object that another error had made null.
 */
function told({ data, errors = [] }: ExecutionResult, document: DocumentNode) {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('The document has no operation.');
  const seen = errors.filter(({ path = [] }) =>
    isReached(data, nullablePlaceOf({ schema, document, operation }, path)),
  );
  return {
    data: JSON.stringify(data),
    errors: seen
      .map((error) => ({
        ...error.toJSON(),
        path: error.path?.map((step) => (typeof step === 'number' ? '*' : step)),
      }))
      .map((error) => JSON.stringify(error))
      .sort(),
    causes: seen.map(({ originalError }) => originalError?.constructor.name).sort(),
  };
}

/** Whether everything on the way to the place is there. */
function isReached(data: unknown, place: readonly (string | number)[]): boolean {
  let value = data;
  return place.every((step) => {
    if (typeof value !== 'object' || value === null) return false;
    value = Reflect.get(value, step);
    return true;
  });
}

async function bothWays({ document, variables, viewer }: Question) {
  const args = { schema, document, variableValues: variables };
  const compiled = compile(document, null);
  const ours = await compiled?.({ ...args, contextValue: contextFor(viewer) });
  const theirs = await execute({ ...args, contextValue: contextFor(viewer) });
  return { ours: ours && told(ours, document), theirs: told(theirs, document) };
}

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
        const { ours, theirs } = await bothWays({ document: parse(text), variables, viewer });
        expect({ text, id, ...ours }).toEqual({ text, id, ...theirs });
      }
    }
  }
});

test('Queries drawn at random from the schema answer as graphql-js does', async () => {
  let compiled = 0;
  let failed = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const { text, variables } = drawQuery(schema, { seed, ids });
    const document = parse(text);
    expect([text, validate(schema, document)]).toEqual([text, []]);
    for (const viewer of viewers) {
      const { ours, theirs } = await bothWays({ document, variables, viewer });
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
      const { ours, theirs } = await bothWays({ document, variables: { t, c }, viewer });
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
        const { ours, theirs } = await bothWays({
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
  const { ours, theirs } = await bothWays({ document: twice, variables: { c }, viewer: viewerOf(t) });
  expect(ours).toEqual(theirs);

  const document = parse('query ($c: ID!) { changeSet(id: $c) { digest changes { nodes { id path } } } }');
  const query = vi.spyOn(api.pool, 'query');
  await compile(
    document,
    null,
  )?.({ schema, document, variableValues: { c }, contextValue: contextFor(viewerOf(t)) });
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

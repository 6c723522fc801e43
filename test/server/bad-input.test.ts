/** Every text, id, cursor and number that the schema takes, given values that nobody should send: made from the schema. */
import {
  getNamedType,
  getNullableType,
  type GraphQLInputType,
  type GraphQLOutputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changes, decisions } from '../../src/change-sets/change-sets.table.ts';
import { newId } from '../../src/lib/ids.ts';
import { schema } from '../../src/server/schema.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import { type Api, keyOf, type Problem, startApi } from '../support/api.ts';
import { addChangeSet, addRun, addTenant } from '../support/rows.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await addChangeSet(api.db, await addRun(api.db, await addTenant(api.db, 'kept')));
});
afterAll(() => api[Symbol.asyncDispose]());

type Leaf = { field: string; path: string[]; scalar: string };

/** Something that fits the type, and names nothing that exists. */
function plausible(type: GraphQLInputType): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [plausible(bare.ofType)];
  if (isEnumType(bare)) return bare.getValues()[0]?.name;
  if (isInputObjectType(bare)) {
    const required = Object.values(bare.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(required.map((field) => [field.name, plausible(field.type)]));
  }
  const samples: Record<string, unknown> = { ID: newId('ten'), Int: 1, Boolean: false, DateTime: new Date() };
  return isScalarType(bare) ? (samples[bare.name] ?? 'text') : null;
}

function leaves(type: GraphQLInputType, path: string[]): { path: string[]; scalar: string }[] {
  const named = getNamedType(type);
  if (isInputObjectType(named))
    return Object.values(named.getFields()).flatMap(({ name, type: inner }) =>
      leaves(inner, [...path, name]),
    );
  return isScalarType(named) && named.name !== 'Boolean' ? [{ path, scalar: named.name }] : [];
}

const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
const fields = roots.flatMap((root) =>
  Object.values(root?.getFields() ?? {}).map((field) => ({ field, kind: (root?.name ?? '').toLowerCase() })),
);
const allLeaves: Leaf[] = fields.flatMap(({ field }) =>
  field.args.flatMap((arg) => leaves(arg.type, [arg.name]).map((leaf) => ({ ...leaf, field: field.name }))),
);

/** The values with the one at `path` replaced; lists on the way hold one item. */
function placed(type: GraphQLInputType, base: unknown, [name, ...rest]: string[], value: unknown): unknown {
  const bare = getNullableType(type);
  if (isListType(bare))
    return [placed(bare.ofType, undefined, name === undefined ? [] : [name, ...rest], value)];
  if (name === undefined || !isInputObjectType(bare)) return value;
  const object = (base ?? plausible(bare)) as Record<string, unknown>;
  const inner = bare.getFields()[name];
  return inner ? { ...object, [name]: placed(inner.type, undefined, rest, value) } : object;
}

type Said = { status: number; errors: Problem[]; text: string };

/** With a `remark` in it, the document is another one than without. */
async function askWith({ field: name, path }: Leaf, value: unknown, remark = ''): Promise<Said> {
  const found = fields.find(({ field }) => field.name === name);
  if (!found) throw new Error(`There is no field ${name}.`);
  const { field, kind } = found;
  const variables: Record<string, unknown> = {};
  for (const arg of field.args) {
    if (isNonNullType(arg.type)) variables[arg.name] = plausible(arg.type);
    if (arg.name === path[0]) variables[arg.name] = placed(arg.type, undefined, path.slice(1), value);
  }
  const given = field.args.filter((arg) => arg.name in variables);
  const head = given.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const call = given.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const query = `${kind} (${head}) { ${name}(${call}) ${selectionOf(field.type)} } ${remark}`;
  return send(kind, { query, variables });
}

/** Of a page its rows: once the document is compiled, they are read as they are shown. */
function selectionOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (isScalarType(named)) return '';
  return ['Tenant', 'SyncRun'].some((row) => named.name === `${row}Connection`)
    ? '{ nodes { id status } }'
    : '{ __typename }';
}

async function send(kind: string, body: object): Promise<Said> {
  const stop = new AbortController();
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    signal: stop.signal,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${keyOf('admin')}`,
      accept: kind === 'subscription' ? 'text/event-stream' : 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      // What is accepted is an endless stream; what is refused says so at once.
      if (/\n\n/.test(text.replace(/^:\n\n/, '')) || text === ':\n\n') break;
    }
    stop.abort();
    return { status: response.status, errors: errorsOf(/data: (.*)/.exec(text)?.[1] ?? '{}'), text };
  }
  const text = await response.text();
  return { status: response.status, errors: errorsOf(text), text };
}

const errorsOf = (text: string) => (JSON.parse(text) as { errors?: Problem[] }).errors ?? [];

/** Either the answer is a result or a refusal, or each error has a code and a sentence: never a bug. */
function expectClear(at: Leaf, value: unknown, { status, errors }: Said): void {
  const where = `${at.field}(${at.path.join('.')}) with ${JSON.stringify(value).slice(0, 40)}: ${JSON.stringify(errors).slice(0, 300)}`;
  expect(status, where).toBeLessThan(500);
  for (const { message, extensions } of errors) {
    expect(extensions?.code, where).toBeTypeOf('string');
    expect(extensions?.code, where).not.toBe('INTERNAL_SERVER_ERROR');
    expect(message.split(' ').length, where).toBeGreaterThan(4);
  }
}

const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const ODD_TEXTS = [
  '',
  'x',
  `ten_${'0'.repeat(32)}`,
  newId('run'),
  "ten_'; drop table tenants; --",
  '__proto__',
  '\u202e‮🤯',
  '%00%0d%0aSet-Cookie: a=b',
  '\r\nX-Injected: 1',
  forged([]),
  forged(['STATUS:ASC', '\0', 1]),
  forged(['displayName:ASC', 1, 2, 3]),
  Buffer.from('AAAAAAAAAAAA:99999999999999999999999999').toString('base64url'),
  'ü'.repeat(2_001),
  'x'.repeat(100_000),
];

test('There are texts, ids, cursors and numbers to try', () => {
  expect(allLeaves.filter(({ scalar }) => scalar === 'ID').length).toBeGreaterThan(15);
  expect(allLeaves.filter(({ scalar }) => scalar === 'String').length).toBeGreaterThan(10);
  expect(allLeaves.filter(({ scalar }) => scalar === 'Cursor').length).toBeGreaterThan(2);
  expect(allLeaves.filter(({ scalar }) => scalar === 'Int').length).toBeGreaterThan(3);
});

const texts = allLeaves.filter(({ scalar }) => scalar !== 'Int');

test('A NUL character in any text, id, cursor or moment is a clear error that names the variable', async () => {
  for (const leaf of texts) {
    const answer = await askWith(leaf, 'a\0b');
    expectClear(leaf, 'a\0b', answer);
    expect(answer.errors[0]?.message, leaf.field).toContain(`The variable $${leaf.path[0] ?? ''}`);
    expect(answer.errors[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  }
});

test('Half a character in any text is a clear error, too', async () => {
  for (const leaf of texts) {
    const answer = await askWith(leaf, 'a\ud800b');
    expect(answer.errors[0]?.message, leaf.field).toContain('lone surrogate');
  }
  const literal = await send('query', { query: '{ tenants(filter: { search: "\\ud800" }) { totalCount } }' });
  expect(literal.errors[0]?.message).toContain('Invalid Unicode escape');
});

test(
  'Whatever else stands in a text, id, cursor or moment is taken, refused or a clear error',
  { timeout: 120_000 },
  async () => {
    for (const leaf of texts)
      await Promise.all(ODD_TEXTS.map(async (text) => expectClear(leaf, text, await askWith(leaf, text))));
  },
);

test('A value of another type is a clear error', { timeout: 120_000 }, async () => {
  const odd = [{}, [[]], true, 1.5, -1, 2 ** 40];
  for (const leaf of allLeaves)
    await Promise.all(odd.map(async (value) => expectClear(leaf, value, await askWith(leaf, value))));
});

/** A query is compiled when it comes for the tenth time; from then on it takes a shorter way. */
const UNTIL_KNOWN = 12;
const HOSTILE = [
  'a\0b',
  'a\ud800b',
  "ten_'; drop table tenants; --",
  '__proto__',
  '\r\nX: 1',
  {},
  [[]],
  true,
  1.5,
  -1,
  2 ** 40,
];

test(
  'A query that is known takes and refuses exactly what it does when it comes for the first time',
  { timeout: 120_000 },
  async () => {
    const ofQueries = allLeaves.filter(({ field }) => schema.getQueryType()?.getFields()[field]);
    expect(ofQueries.length).toBeGreaterThan(20);
    let number = 0;
    for (const leaf of ofQueries) {
      const usual = { Int: 1, DateTime: '2026-11-23T09:15:00Z' }[leaf.scalar] ?? newId('ten');
      for (let time = 0; time < UNTIL_KNOWN; time++) await askWith(leaf, usual);
      for (const value of HOSTILE) {
        const [known, fresh] = [await askWith(leaf, value), await askWith(leaf, value, `# ${number++}`)];
        expectClear(leaf, value, known);
        expect([leaf, value, known]).toEqual([leaf, value, fresh]);
      }
    }
  },
);

test('`first` and `last` must be from 1 to 100, in every list', async () => {
  const counts = allLeaves.filter(
    ({ scalar, path }) => scalar === 'Int' && /^(first|last)$/.test(path.at(-1) ?? ''),
  );
  for (const leaf of counts) {
    for (const count of [0, -1, 101, 2_147_483_647]) {
      const answer = await askWith(leaf, count);
      expectClear(leaf, count, answer);
      expect(answer.errors[0]?.message).toContain('from 1 to 100');
    }
    expect((await askWith(leaf, 100)).errors).toEqual([]);
  }
});

test('An empty document, one without an operation, and a name that no operation has are clear errors', async () => {
  for (const body of [
    { query: '' },
    { query: '   ' },
    { query: '# nothing' },
    { query: 'fragment a on Query { eventCursor }' },
    { query: '{ eventCursor }', operationName: 'Other' },
    { query: 'query A { eventCursor } query B { eventCursor }' },
    { query: '{ eventCursor }', variables: [] },
    { query: '{ eventCursor }', variables: 'x' },
    { query: 'type Query { a: Int }' },
  ]) {
    const { status, errors } = await send('query', body);
    expect([body, status < 500, typeof errors[0]?.extensions?.code]).toEqual([body, true, 'string']);
  }
});

test('After all that everything is still there, and answers', async () => {
  const tables = { tenants, syncRuns, changes, decisions };
  const counts = await Promise.all(Object.values(tables).map((table) => api.db.$count(table)));
  expect(counts).toEqual([1, 1, 3, 0]);
  expect((await api.ask('{ tenants { nodes { displayName } } }')).data).toEqual({
    tenants: { nodes: [{ displayName: 'kept' }] },
  });
});

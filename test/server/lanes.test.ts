/** The direct lane answers as Yoga's own, to the header: the same requests go to a server with it and to one without. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, keyOf, startApi } from '../support/api.ts';
import { hostileBodies, hostileDocuments } from '../support/attacks.ts';

let direct: Api;
let plain: Api;
beforeAll(async () => {
  const options = { graphiql: false, introspection: 'open' } as const;
  direct = await startApi({ ...options, directLane: true });
  plain = await startApi({ ...options, directLane: false });
});
afterAll(() => Promise.all([direct, plain].map((api) => api[Symbol.asyncDispose]())));

type Sent = { body: string; headers?: Record<string, string> };

async function answerOf(api: Api, { body, headers = {} }: Sent) {
  const left = new AbortController();
  const response = await fetch(`${api.url}/graphql?x=1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${keyOf('viewer')}`, ...headers },
    body,
    signal: left.signal,
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? '' : await response.text();
  if (isStream) left.abort();
  const told = [...response.headers].filter(([name]) => name !== 'date');
  return { status: response.status, headers: told, text };
}

async function expectAlike(all: readonly Sent[]): Promise<void> {
  for (const sent of all) {
    const [ours, theirs] = await Promise.all([answerOf(direct, sent), answerOf(plain, sent)]);
    expect({ sent, ...ours }).toEqual({ sent, ...theirs });
  }
}

const query = (text: string, more: object = {}) => JSON.stringify({ query: text, ...more });
const accepting = (accept: string) => ({ headers: { accept } });

const ACCEPTED = [
  ...['*/*', 'application/json', 'application/graphql-response+json', 'application/*', '*/json', ''],
  ...[
    'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
    'APPLICATION/JSON',
  ],
  ...[
    'application/json, application/graphql-response+json',
    'text/html, */*;q=0.1',
    'image/png',
    'text/plain',
  ],
  ...[
    'application/json; charset=latin1',
    'application/json;charset=latin1, application/graphql-response+json',
  ],
  ...[
    'text/event-stream',
    'text/event-stream, application/json',
    'multipart/mixed, application/json',
    'x',
    ',',
  ],
];

test('Both lanes choose the same type of answer, whatever is accepted', async () => {
  const bodies = ['{ __typename }', '{ nothing }', '{', 'query A { __typename } query B { __typename }'].map(
    (text) => query(text),
  );
  const stream = query('subscription { events { id } }');
  await expectAlike(
    ACCEPTED.flatMap((accept) => [...bodies, stream].map((body) => ({ body, ...accepting(accept) }))),
  );
});

test('Both lanes take and refuse the same bodies', async () => {
  const bodies = [
    ...['', 'null', '7', '"text"', '[]', '{}', '{"query":7}', '{"query":null}', '{"query":""}', '\uFEFF{}'],
    ...[query('{ __typename }', { variables: null }), query('{ __typename }', { variables: [] })],
    ...[query('{ __typename }', { variables: 'x' }), query('{ __typename }', { extensions: 'x' })],
    ...[query('{ __typename }', { operationName: null }), query('{ __typename }', { operationName: 7 })],
    ...[
      query('{ __typename }', { operationName: '' }),
      query('query A { __typename }', { operationName: 'B' }),
    ],
    ...[query('{ __typename }', { id: 1 }), query('{ __typename }', { id: null }), query('# subscription')],
    ...[query('query ($id: ID!) { node(id: $id) { id } }'), query('{ node(id: "x") { id } }')],
    ...[query('query ($n: Int) { tenants(first: $n) { totalCount } }', { variables: { n: 'x' } })],
    ...[query('{ tenants(first: 0) { totalCount } }'), query('{ apiKeys { totalCount } }')],
    ...['subscription { nothing }', 'fragment A on Query { __typename }', '{ tenants { totalCount } }'].map(
      (text) => query(text),
    ),
    ...hostileBodies.map(([, body]) => body),
    ...hostileDocuments.map(([, document]) => query(document)),
  ];
  await expectAlike(bodies.map((body) => ({ body })));
});

test('Both lanes read the same types of body, and let the same pages and callers in', async () => {
  const body = query('{ viewer { roles } }');
  const types = [
    'application/json; charset=utf-8',
    'application/graphql+json',
    'Application/JSON',
    'application/json, text/plain',
  ];
  const others = [
    ...['https://pages.example', 'https://evil.example'].map((origin) => ({ origin })),
    ...['', 'Bearer wrong', 'Basic x', `bearer ${keyOf('viewer')}`].map((authorization) => ({
      authorization,
    })),
  ];
  await expectAlike(
    [...types.map((type) => ({ 'content-type': type })), ...others].map((headers) => ({ body, headers })),
  );
});

/** A query is compiled when it comes for the tenth time; from then on it takes a shorter way. */
const UNTIL_COMPILED = 12;

test('A query that came often is answered as before, and refused to the same callers', async () => {
  const list =
    'query List($first: Int, $search: String) { tenants(first: $first, filter: { search: $search }) { totalCount } }';
  const named = 'query A { viewer { roles } } query B { __typename }';
  const often: Sent[] = [
    { body: query('query Often { viewer { roles } }') },
    { body: query('{ apiKeys { name } }') },
    { body: query('{ tenants(first: 0) { totalCount } }') },
    { body: query('query ($id: ID!) { tenant(id: $id) { id } }', { variables: { id: 'x' } }) },
    { body: query('query ($n: Int) { tenants(first: $n) { totalCount } }', { variables: { n: 5 } }) },
    { body: query(list, { variables: { first: 5, search: 'x' } }) },
    { body: query(named, { operationName: 'A' }) },
    { body: query('{ often: __typename }') },
  ];
  for (let time = 0; time < UNTIL_COMPILED; time++) await expectAlike(often);
  const strangers = ['', 'Bearer wrong', `Bearer ${keyOf('viewer')} x`].map((authorization) => ({
    authorization,
  }));
  const variables = [
    {},
    { n: null },
    { n: 'x' },
    { n: 0 },
    { n: 1e9 },
    { n: [5] },
    { n: 5, more: '\0' },
    { m: 1 },
  ];
  await expectAlike([
    ...strangers.flatMap((headers) => often.map(({ body }) => ({ body, headers }))),
    ...variables.map((sent) => ({
      body: query('query ($n: Int) { tenants(first: $n) { totalCount } }', { variables: sent }),
    })),
    ...['\0', '\ud800', 'é'].map((search) => ({ body: query(list, { variables: { search } }) })),
    ...['', 'B', 'C', null].map((operationName) => ({ body: query(named, { operationName }) })),
    { body: query('{ often: __typename }', { operationName: '' }) },
    { body: query('{ often: __typename }'), ...accepting('application/graphql-response+json') },
    { body: query('{ tenants(first: 0) { totalCount } }'), ...accepting('text/event-stream') },
  ]);
});

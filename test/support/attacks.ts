/** What attackers send. */

const times = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');

/** Each with what the first error's message must say. */
export const hostileDocuments: [attack: string, document: string, says: RegExp][] = [
  ['depth', `{ ${times(40, () => 'node(id: "x") {')} id ${'}'.repeat(41)}`, /deep/],
  [
    'depth by fragments',
    `{ ...f0 } ${times(20, (i) => `fragment f${i} on Tenant { baseline { ...f${i + 1} } }`)} fragment f20 on Tenant { id }`,
    /deep/,
  ],
  ['tokens', `{ ${times(100_000, () => 'a')} }`, /characters|tokens/],
  ['tokens in a small document', `{ ${times(20_000, () => 'a')} }`, /tokens/],
  ['aliases', `{ ${times(400, (i) => `a${i}: eventCursor`)} }`, /aliases/],
  ['repeated fields', `{ ${times(1_500, () => 'eventCursor')} }`, /has already/],
  [
    'repeated fields, nested',
    `{ tenants { nodes { ${times(20, () => `latestRun { ${times(20, () => 'id')} }`)} } } }`,
    /has already/,
  ],
  ['directives', `{ eventCursor ${times(200, () => '@include(if: true)')} }`, /directives/],
  ['directives nobody knows', `{ eventCursor ${times(400, (i) => `@d${i}`)} }`, /directives/],
  [
    'circular fragments',
    '{ ...a } fragment a on Query { viewer { __typename } ...b } fragment b on Query { ...a }',
    /itself/,
  ],
  [
    'circular fragments, nested',
    '{ tenants { nodes { ...a } } } fragment a on Tenant { baseline { ...a } }',
    /deep/,
  ],
  [
    'fan-out fragments',
    `{ tenants { nodes { ...f0 } } } ${times(9, (i) => `fragment f${i} on Tenant { x: baseline { ...f${i + 1} } y: baseline { ...f${i + 1} } z: baseline { ...f${i + 1} } }`)} fragment f9 on Tenant { id }`,
    /fields when its fragments/,
  ],
  [
    'fragments',
    `{ eventCursor } ${times(150, (i) => `fragment f${i} on Query { eventCursor }`)}`,
    /fragments/,
  ],
  [
    'pages inside of pages',
    '{ tenants(first: 100) { nodes { syncRuns(first: 100) { nodes { events(first: 100) { edges { cursor } } } } } } }',
    /could have/,
  ],
  [
    'many times the schema',
    `{ ${times(4, (i) => `a${i}: __schema { types { fields { type { name } args { type { name } } } inputFields { type { name } } enumValues { name } interfaces { name } possibleTypes { name } name kind description a: name b: name c: name d: name e: name } }`)} ${times(20, (i) => `b${i}: __schema { types { fields { name description } } }`)} }`,
    /could have/,
  ],
  [
    'introspection in circles',
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    /[Ii]ntrospection/,
  ],
  ['brackets', `{ nodes(ids: ${'['.repeat(950)}${']'.repeat(950)}) { id } }`, /cannot represent/],
  ['unknown fields', `{ ${times(1_500, (i) => `tenants${i}`)} }`, /Cannot query field|characters/],
  ['a very long name', `{ ${'a'.repeat(60_000)} }`, /Cannot query field/],
];

const deep = (levels: number, inner = '1') => `${'{"a":'.repeat(levels)}${inner}${'}'.repeat(levels)}`;
const withVariables = (variables: string) =>
  `{"query":"query ($a: ID!) { node(id: $a) { id } }","variables":${variables}}`;

/** Each with its status and what the first error's message must say. */
export const hostileBodies: [attack: string, body: string, status: number, says: RegExp][] = [
  ['JSON 10,000 deep as variables', withVariables(deep(10_000)), 200, /levels deep/],
  ['JSON 100,000 deep as variables', withVariables(deep(100_000)), 200, /levels deep/],
  ['JSON 10,000 deep as body', deep(10_000), 400, /Unexpected parameter "a"/],
  [
    'JSON 10,000 deep as extensions',
    `{"query":"{ viewer { __typename } }","extensions":${deep(10_000)},"variables":${deep(20)}}`,
    200,
    /levels deep/,
  ],
  ['an array 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000), 400, /[Bb]atch/],
  [
    'a batch',
    JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: '{ eventCursor }' }))),
    400,
    /[Bb]atch/,
  ],
  ['100,000 values', withVariables(`{"a":[${'"x",'.repeat(100_000)}"x"]}`), 200, /more than 1000 values/],
  [
    'prototype keys',
    withVariables('{"__proto__":{"a":"x"},"constructor":{"prototype":{"admin":true}}}'),
    400,
    /\$a/,
  ],
  [
    'prototype keys as parameters',
    '{"query":"{ viewer { __typename } }","__proto__":{"variables":{}},"constructor":1}',
    400,
    /Unexpected parameter/,
  ],
  ['a body over 1 MiB', withVariables(`{"a":"${'x'.repeat(1024 * 1024)}"}`), 413, /too large/],
];

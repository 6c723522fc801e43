import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { preProcessFile } from 'typescript';
import { expect, test } from 'vitest';

/** A room imports itself and what stands before it. Files that lie in src/ itself come last: they put it together. */
const ORDER = [
  ...['lib', 'telemetry', 'pipeline', 'agent', 'database', 'azure-devops', 'events', 'access', 'jobs'],
  ...[
    'graphql',
    'tenants',
    'sync-runs',
    'change-sets',
    'administration',
    'web-hooks',
    'poller',
    'server',
    'doctor',
    '',
  ],
];
/** Who may import a package; every other package is free. */
const DOORS: [RegExp, (file: SourceFile) => boolean][] = [
  [/^pg$/, ({ room }) => room === 'database'],
  [/^(prom-client|@opentelemetry\/)/, ({ room }) => room === 'telemetry'],
  [/^graphile-worker/, ({ room }) => room === 'jobs'],
  [/^(azure-devops-node-api|@azure\/msal-node)/, ({ room }) => room === 'azure-devops'],
  [/^(graphql-yoga|graphql-ws|@graphql-yoga\/)/, ({ room }) => room === 'server'],
  [/^@pothos\//, (file) => isGraphql(file)],
];
/** The nouns and their rules: no database, no network, no files. */
const PURE = [
  ...['events/event', 'events/actor', 'events/event-filter', 'tenants/tenant', 'sync-runs/sync-run'],
  ...[
    'sync-runs/transitions',
    'sync-runs/challenge',
    'change-sets/change-set',
    'access/permissions',
    'access/viewer',
    'web-hooks/web-hook',
    'web-hooks/event-message',
    'web-hooks/signature',
  ],
].map((name) => `src/${name}.ts`);

type SourceFile = { path: string; room: string; text: string; imports: string[] };
type Import = { from: SourceFile; to: string; toRoom: string };

const files = globSync('src/**/*.ts').map((path): SourceFile => {
  const text = readFileSync(path, 'utf8');
  const imports = preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return { path, room: roomOf(path), text, imports };
});
const inner: Import[] = files.flatMap((from) =>
  from.imports
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(from.path), name))
    .map((to) => ({ from, to, toRoom: roomOf(to) })),
);

function roomOf(path: string): string {
  const [room = '', ...rest] = relative('src', path).split('/');
  return rest.length > 0 ? room : '';
}
function isGraphql({ path, room }: SourceFile): boolean {
  return room === 'graphql' || path.endsWith('.graphql.ts');
}
const say = ({ from, to }: Import) => `${from.path} imports ${to}`;
const isSandbox = (path: string) => roomOf(path) === 'sandbox';

test('Every room imports only itself and the rooms before it', () => {
  const wrong = inner.filter(
    ({ from, toRoom }) => !isSandbox(from.path) && ORDER.indexOf(toRoom) > ORDER.indexOf(from.room),
  );
  expect(wrong.map(say)).toEqual([]);
  expect(
    [...new Set(files.map(({ room }) => room))].filter((room) => room !== 'sandbox' && !ORDER.includes(room)),
  ).toEqual([]);
});

test('The sandbox knows nothing of the product, and only its own entry knows the sandbox', () => {
  const out = inner.filter(
    ({ from, toRoom }) => isSandbox(from.path) && !['sandbox', 'lib', 'pipeline', 'agent'].includes(toRoom),
  );
  const into = inner.filter(
    ({ from, to }) => isSandbox(to) && !isSandbox(from.path) && !from.path.startsWith('src/sandbox'),
  );
  expect([...out, ...into].map(say)).toEqual([]);
});

test('Only what is GraphQL, the server and the entries see GraphQL', () => {
  const wrong = inner.filter(
    ({ from, to, toRoom }) =>
      (toRoom === 'graphql' || to.endsWith('.graphql.ts')) &&
      !isGraphql(from) &&
      !['server', ''].includes(from.room),
  );
  expect(wrong.map(say)).toEqual([]);
});

test('Each package that rules its room is imported through one door', () => {
  const wrong = files.flatMap((file) =>
    file.imports
      .filter((name) => DOORS.some(([door, isAllowed]) => door.test(name) && !isAllowed(file)))
      .map((name) => `${file.path} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('Nouns and rules are pure', () => {
  const impure = /^(pg|node:(?!crypto))|drizzle|\.table\.ts$|\/database\//;
  const wrong = files.flatMap(({ path, imports }) =>
    PURE.includes(path)
      ? imports.filter((name) => impure.test(name)).map((name) => `${path} imports ${name}`)
      : [],
  );
  expect(wrong).toEqual([]);
  expect(PURE.filter((path) => !files.some((file) => file.path === path))).toEqual([]);
});

test('No file is a barrel, a drawer, a default export, or longer than 300 lines', () => {
  const all = [
    ...files,
    ...globSync('{test,examples}/**/*.ts', { exclude: ['test/operations/**'] }).map((path) => ({
      path,
      text: readFileSync(path, 'utf8'),
    })),
  ];
  const bad = all.filter(
    ({ path, text }) =>
      /^export (type )?(\*|\{[^}]*\}) from/m.test(text) ||
      /^(index|utils?|types|helpers|common|constants)\.ts$/.test(basename(path)) ||
      !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?\.ts$/.test(basename(path)) ||
      (/^export default/m.test(text) && path !== 'test/support/global-setup.ts') ||
      text.split('\n').length > 301,
  );
  expect(bad.map(({ path }) => path)).toEqual([]);
});

test('Only the entries read the environment, write to the console or set the exit code', () => {
  const bad = files.filter(
    ({ room, text }) => room !== '' && /\bprocess\.(env|exit|exitCode)\b|\bconsole\./.test(text),
  );
  expect(bad.map(({ path }) => path)).toEqual([]);
});

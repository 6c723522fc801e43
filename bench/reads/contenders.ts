/** Who runs, and in which words each is asked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { CONTENDERS as FEED } from '../feed/contenders.ts';
import { type Case, OWN, POSTGRAPHILE } from './cases.ts';

export type Contender = {
  name: string;
  label: string;
  /** undefined: its schema has no such question. */
  question(of: Case): { query: string; variables?: Record<string, unknown> } | undefined;
  start(databaseUrl: string, port: number): ChildProcess;
};

function peer(name: string, label: string, question: Contender['question']): Contender {
  const hook = new URL('servers/one-graphql.js', import.meta.url).href;
  const flags = name === 'postgraphile' ? [] : ['--import', hook];
  return {
    name,
    label,
    question,
    start: (databaseUrl, port) =>
      spawn(process.execPath, [...flags, new URL(`servers/${name}.js`, import.meta.url).pathname], {
        env: {
          PATH: process.env.PATH,
          NODE_ENV: 'production',
          DATABASE_URL: databaseUrl,
          PORT: String(port),
        },
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
  };
}

const own = FEED.find(({ name }) => name === 'tenant-sync');
if (!own) throw new Error('The benchmark of the feed no longer starts the program.');

export const FLOOR = 'raw';
export const CONTENDERS: readonly Contender[] = [
  peer(FLOOR, 'node:http, one SQL by hand (the floor)', (of) => (of === 'dashboard' ? undefined : OWN[of])),
  {
    name: own.name,
    label: own.label,
    question: (of) => OWN[of],
    start: (databaseUrl, port) => own.start(databaseUrl, port),
  },
  peer('mercurius', 'Mercurius with JIT, same resolvers', (of) => OWN[of]),
  peer('yoga', 'Yoga as documented, same resolvers', (of) => OWN[of]),
  peer('postgraphile', 'PostGraphile 5', (of) => POSTGRAPHILE[of]),
];

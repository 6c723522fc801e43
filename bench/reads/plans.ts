/**
 * Whether the reads stay as quick on a large fleet: `npm run bench:plans`, with `-- --tenants=100000 --runs=1000000
 * --events=10000000` for another size than its own. It fills two databases, asks each the program's own questions, and
 * fails when a plan of the large one reads a whole table, or takes 1.5 times as long as that of the small one.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { NOTHING_TO_LOSE, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrate } from '../../src/database/migrate.ts';
import { ensureEpoch } from '../../src/events/log-head.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { median } from '../feed/report.ts';
import { fill, type Size } from './fill.ts';
import { explained, type Explained, QUESTIONS } from './questions.ts';

const argument = (name: string, usual: number) =>
  Number(process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3) ?? usual);

const SMALL: Size = { tenants: 1_000, runs: 10_000, events: 100_000 };
const LARGE: Size = {
  tenants: argument('tenants', 100_000),
  runs: argument('runs', 1_000_000),
  events: argument('events', 1_000_000),
};
const TIMES = 41;
const MOST_SLOWER = 1.5;
/** Below this, what a plan takes is noise. */
const NOISE_MS = 0.1;

const logger = createLogger('warn', (line) => process.stderr.write(`${line}\n`));
await using stack = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), 'tenant-sync-plans-'));
stack.defer(() => rm(folder, { recursive: true, force: true }));
const settings = { ...NOTHING_TO_LOSE, shared_buffers: '512MB', max_wal_size: '4GB', jit: 'off' };
const postgres = stack.use(
  await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), logger, settings }),
);

const fleets = [await filled('small', SMALL), await filled('large', LARGE)];
const rows: string[] = [];
let failed = 0;
for (const question of QUESTIONS) {
  const [before, now] = await timesOf(fleets, question);
  if (!before || !now) throw new Error('A fleet was not asked.');
  const slower = Math.max(now.p50, NOISE_MS) / Math.max(before.p50, NOISE_MS);
  const isSlow = slower > MOST_SLOWER && !question.grows;
  const isScan = now.scans.length > 0 && !question.grows;
  if (isSlow || isScan) failed += 1;
  const verdict = isScan
    ? `reads all of ${now.scans.join(', ')}`
    : isSlow
      ? 'slower'
      : question.grows
        ? 'grows with what it looks at'
        : 'holds';
  rows.push(
    `| ${question.name} | ${before.p50.toFixed(2)} | ${now.p50.toFixed(2)} | ${slower.toFixed(2)} | ${verdict} |`,
  );
  process.stderr.write(`${rows.at(-1)}\n`);
}
const number = (value: number) => value.toLocaleString('en-US');
const text = [
  '# The plans of reads on a large fleet',
  '',
  `Made by \`npm run bench:plans\`: the execution time that Postgres itself tells (\`explain analyze\`), the median of ${TIMES} in turns, for ${number(SMALL.tenants)} tenants, ${number(SMALL.runs)} runs and ${number(SMALL.events)} events, and for ${number(LARGE.tenants)}, ${number(LARGE.runs)} and ${number(LARGE.events)}. *holds*: no whole table is read, and it takes at most ${MOST_SLOWER} times as long.`,
  '',
  '| | small, ms | large, ms | times | |',
  '|---|---|---|---|---|',
  ...rows,
  '',
].join('\n');
console.log(text);
await writeFile(new URL('plans.md', import.meta.url), text);
if (failed > 0) process.exitCode = 1;

async function filled(name: string, size: Size) {
  const admin = openDatabase({ url: postgres.url, maxConnections: 1, logger });
  await admin.pool.query(`create database ${name}`);
  await admin[Symbol.asyncDispose]();
  const url = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  const database = stack.use(openDatabase({ url, maxConnections: 1, logger }));
  await migrate(database);
  await ensureEpoch(database.db);
  await fill(database.pool, size);
  return { database, size };
}

type Filled = Awaited<ReturnType<typeof filled>>;

/** In turns, so that whatever else the machine does disturbs both alike. */
async function timesOf(fleets: readonly Filled[], question: (typeof QUESTIONS)[number]) {
  const all = fleets.map((): Explained[] => []);
  for (let time = 0; time < TIMES; time++)
    for (const [index, { database, size }] of fleets.entries())
      all[index]?.push(await explained(database, question, size));
  return all.map((of) => ({ p50: median(of.map(({ ms }) => ms)), scans: of.at(-1)?.scans ?? [] }));
}

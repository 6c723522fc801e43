/**
 * Reads against their peers, everything interleaved in one run on one machine: `npm run bench:reads`, with
 * `-- --quick` for one short round. It needs `npm ci --prefix bench` once, and loads nothing but 127.0.0.1.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { NOTHING_TO_LOSE, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrate } from '../../src/database/migrate.ts';
import { readPidFile } from '../../src/database/postmaster-pid.ts';
import { ensureEpoch } from '../../src/events/log-head.ts';
import { migrateJobs } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { freePort, untilListening } from '../feed/contenders.ts';
import { type Case, CASES } from './cases.ts';
import { CONTENDERS, type Contender } from './contenders.ts';
import { fill } from './fill.ts';
import { measure } from './measure.ts';
import { plot } from './plot.ts';
import { report, type Results } from './report.ts';
import { type StartUp, startUp } from './start-up.ts';

const argument = (name: string) =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const isQuick = process.argv.includes('--quick');
const rounds = Number(argument('rounds') ?? (isQuick ? 1 : 5));
const forMs = Number(argument('for-ms') ?? (isQuick ? 1_000 : 3_000));
const only = argument('only')?.split(',');
const WARM_MS = isQuick ? 1_000 : 3_000;
const AGAIN_WARM_MS = isQuick ? 200 : 1_000;
const SIZE = { tenants: 1_000, runs: 3_000, events: 1_000 };

type Running = { contender: Contender; port: number; pid: number };

const logger = createLogger('warn', (line) => process.stderr.write(`${line}\n`));
await using stack = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), 'tenant-sync-bench-'));
stack.defer(() => rm(folder, { recursive: true, force: true }));
const postgres = stack.use(
  await startEmbeddedPostgres({
    dataFolder: join(folder, 'data'),
    logger,
    settings: { ...NOTHING_TO_LOSE, max_connections: '200' },
  }),
);
const postgresPid = Number((await readPidFile(postgres.dataFolder))?.[0]);
const database = stack.use(openDatabase({ url: postgres.url, maxConnections: 4, logger }));
await migrate(database);
await migrateJobs(database, logger);
await ensureEpoch(database.db);
await fill(database.pool, SIZE);

const running: Running[] = [];
for (const contender of CONTENDERS)
  if (!only || only.includes(contender.name)) running.push(await start(contender));

const results: Results = new Map();
const begunAt = new Date();
const cases = (Object.keys(CASES) as Case[]).filter((of) => !argument('case') || argument('case') === of);
for (let round = 0; round <= rounds; round++) for (const of of cases) await runCase(of, round);
const started: StartUp | null = only ? null : await startUp(postgres.url, { folder, times: isQuick ? 1 : 3 });

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, Node ${process.version}, ${begunAt.toISOString()}, ${rounds} round(s) of ${forMs / 1_000} s, load at the end ${loadavg()[0]?.toFixed(1)}`;
const text = report(results, { machine, started });
console.log(text);
if (!isQuick && !only) {
  const place = (name: string) => new URL(name, import.meta.url);
  await writeFile(place('results.md'), text);
  await writeFile(place('results.svg'), plot(results));
}

async function start(contender: Contender): Promise<Running> {
  const port = await freePort();
  const child = contender.start(postgres.url, port);
  stack.defer(
    () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  );
  await untilListening(port);
  return { contender, port, pid: child.pid ?? NaN };
}

/** Another one begins in each round; the round 0 only warms up. */
async function runCase(of: Case, round: number): Promise<void> {
  const turn = running.map((_, index) => running[(index + round) % running.length]);
  for (const one of turn) {
    const question = one?.contender.question(of);
    if (!one || !question) continue;
    const load = { port: one.port, body: JSON.stringify(question), serverPid: one.pid, postgresPid };
    // In a pause V8 forgets what it compiled: whoever waited for its turn must not pay for that.
    if (round > 0) await measure({ ...load, forMs: AGAIN_WARM_MS });
    const measured = await measure({ ...load, forMs: round === 0 ? WARM_MS : forMs });
    const key = `${of}/${one.contender.name}`;
    process.stderr.write(
      `round ${round} ${key}: ${Math.round(measured.perSecond)}/s, Node ${Math.round(measured.nodeUs)} µs, Postgres ${Math.round(measured.postgresUs)} µs, p99 ${measured.p99.toFixed(1)} ms\n`,
    );
    if (round > 0) results.set(key, [...(results.get(key) ?? []), measured]);
  }
}

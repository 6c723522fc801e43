/**
 * The event feed against its peers, everything interleaved in one run on one machine: `npm run bench:feed`, with
 * `-- --quick` for one short round. It needs `npm ci --prefix bench` once, and loads nothing but 127.0.0.1.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { NOTHING_TO_LOSE, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { CONTENDERS, type Contender, freePort, untilListening } from './contenders.ts';
import {
  type Bench,
  type Case,
  cut,
  measure,
  memoryOf,
  open,
  type Outcome,
  type Running,
} from './measure.ts';
import { plot } from './plot.ts';
import { figure, report, type Results, type Way, WAYS } from './report.ts';

const argument = (name: string) =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const isQuick = process.argv.includes('--quick');
const rounds = Number(argument('rounds') ?? (isQuick ? 1 : 3));
const sizes = (argument('subscribers') ?? (isQuick ? '100,1000' : '100,1000,5000')).split(',').map(Number);
const only = argument('only')?.split(',');
const forMs = Number(argument('for-ms') ?? (isQuick ? 700 : 1_500));

const MOST_SOCKETS = 15_000;

const logger = createLogger('warn', (line) => process.stderr.write(`${line}\n`));
const chosen = CONTENDERS.filter(({ name }) => !only || only.includes(name));

await using stack = new AsyncDisposableStack();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(1)));
}
const dataFolder = await mkdtemp(join(tmpdir(), 'tenant-sync-bench-'));
stack.defer(() => rm(dataFolder, { recursive: true, force: true }));
const postgres = stack.use(
  await startEmbeddedPostgres({ dataFolder: join(dataFolder, 'data'), logger, settings: NOTHING_TO_LOSE }),
);
const database = stack.use(openDatabase({ url: postgres.url, maxConnections: 12, logger }));
await database.pool.query(
  'create schema bench; create table bench.events (id bigserial primary key, body jsonb)',
);

const running: Running[] = [];
for (const contender of chosen) running.push(await start(contender));

const results: Results = new Map();
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, Node ${process.version}, ${new Date().toISOString()}, ${rounds} round(s)`;
for (const subscribers of sizes) {
  for (const isFiltered of [true, false]) {
    await runCase({ subscribers, isFiltered });
    await tell();
  }
}
console.log(report(results, machine));

/** After every case: what has been measured stays when a later one fails. */
async function tell(): Promise<void> {
  if (isQuick || only) return;
  const place = (name: string) => new URL(name, import.meta.url);
  await writeFile(place('results.md'), report(results, machine));
  await writeFile(place('results.svg'), plot(results));
}

async function start(contender: Contender): Promise<Running> {
  const port = await freePort();
  const child = contender.start(postgres.url, port);
  // However this process ends.
  process.once('exit', () => child.kill('SIGKILL'));
  stack.defer(
    () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  );
  await untilListening(port);
  return { contender, port, pid: child.pid };
}

/** Together as many as a process may have sockets. */
async function runCase(given: Case): Promise<void> {
  const together = Math.max(1, Math.floor(MOST_SOCKETS / given.subscribers));
  for (let first = 0; first < running.length; first += together) {
    await race(running.slice(first, first + together), given);
  }
}

/** Everybody is connected before anybody is measured, and another begins in each round: what the machine does meanwhile hits all alike. */
async function race(some: readonly Running[], given: Case): Promise<void> {
  const benches: Bench[] = [];
  for (const one of some) benches.push(await open(database.db, one, given));
  const outcomes = new Map<Bench, Outcome>();
  for (const bench of benches) {
    outcomes.set(bench, { rounds: [], memoryMib: await memoryOf(bench), lost: 0, doubled: 0 });
  }
  for (let round = 0; round < rounds; round++) {
    for (const index of benches.keys()) {
      const bench = benches[(index + round) % benches.length];
      if (bench) outcomes.get(bench)?.rounds.push(await measure(bench, forMs));
    }
  }
  for (const [bench, outcome] of outcomes) {
    Object.assign(outcome, await cut(bench));
    await bench.clients.close();
    const key = `${given.subscribers}/${given.isFiltered ? 'filtered' : 'all'}/${bench.running.contender.name}`;
    results.set(key, outcome);
    const say = (way: Way) =>
      `${way} ${figure(results, key, way, 'p50').toFixed(1)} ms, ${Math.round(figure(results, key, way, 'deliveriesPerSecond'))}/s`;
    process.stderr.write(
      `${new Date().toISOString()} ${key}: ${WAYS.map(say).join('; ')}; lost ${outcome.lost}\n`,
    );
  }
}

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
import { type Case, measure, type Measured, type Running } from './measure.ts';
import { plot } from './plot.ts';
import { report, type Results } from './report.ts';

const argument = (name: string) =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const isQuick = process.argv.includes('--quick');
const rounds = Number(argument('rounds') ?? (isQuick ? 1 : 3));
const sizes = (argument('subscribers') ?? (isQuick ? '100,1000' : '100,1000,5000')).split(',').map(Number);
const only = argument('only')?.split(',');
const forMs = Number(argument('for-ms') ?? (isQuick ? 700 : 1_500));

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
const started = new Date();
for (let round = 1; round <= rounds; round++) {
  for (const subscribers of sizes) {
    for (const isFiltered of [false, true]) {
      await runCase({ subscribers, isFiltered }, round);
      await tell(round);
    }
  }
}
console.log(report(results, machine(rounds)));

function machine(round: number): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, Node ${process.version}, ${started.toISOString()}, ${round} round(s)`;
}

/** After every case: what has been measured stays when a later one fails. */
async function tell(round: number): Promise<void> {
  if (isQuick || only) return;
  const place = (name: string) => new URL(name, import.meta.url);
  await writeFile(place('results.md'), report(results, machine(round)));
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
  return { contender, port, pid: child.pid };
}

/** Another one begins in each round: what the machine does meanwhile hits all alike. */
async function runCase(given: Case, round: number): Promise<void> {
  const turn = running.map((_, index) => running[(index + round) % running.length]);
  for (const one of turn) {
    if (!one) continue;
    // What is to be shown of this project is shown in every round; of the others once is enough.
    const cuts = round === 1 || one.contender.name === 'tenant-sync';
    const measured: Measured = await measure(database.db, one, { ...given, forMs, cuts });
    const key = `${given.subscribers}/${given.isFiltered ? 'filtered' : 'all'}/${one.contender.name}`;
    results.set(key, [...(results.get(key) ?? []), measured]);
    const { single, stream, burst, lost } = measured;
    process.stderr.write(
      `round ${round} ${key}: single ${single.p50.toFixed(1)}/${single.p99.toFixed(1)} ms, stream ${Math.round(stream.deliveriesPerSecond)}/s (${Math.round(stream.eventsPerSecond)} ev/s), burst ${Math.round(burst.deliveriesPerSecond)}/s (${Math.round(burst.eventsPerSecond)} ev/s), lost ${lost}\n`,
    );
  }
}

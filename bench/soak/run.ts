/**
 * Events and connections come and go for a long time: `npm run soak` (1,000,000 events, 10,000 connections), or smaller
 * with `-- --events=100000 --connections=1000`. Memory may not grow with events, and everything is given back.
 * `--rate=2000` are the events a second: without a pace the machine is saturated, and what waits is what is measured.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/database/database.ts';
import { NOTHING_TO_LOSE, startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { freePort, OWN, TENANTS, untilListening } from '../feed/contenders.ts';
import { plot } from './plot.ts';
import { type Visits, visit } from './visitors.ts';
import { type Held, held, slope } from './watch.ts';

const argument = (name: string, fallback: number) =>
  Number(process.argv.find((text) => text.startsWith(`--${name}=`))?.split('=')[1] ?? fallback);
const events = argument('events', 1_000_000);
const connections = argument('connections', 10_000);
const rate = argument('rate', 2_000);
const AT_ONCE = 100;
const BATCH = 100;
const WRITERS = 4;
const SAMPLES = 50;
const LOOKS = 3;
/** What fills caches (windows, plans, the log's young pages) is no slope. */
const WARM_UP_SHARE = 0.3;
const MOST_MB_PER_100K = 1;
/** Connections of the pool, and of keep-alive clients, may come and go by a few. */
const SLACK = 15;

if (process.argv.includes('--help')) {
  console.log('npm run soak -- [--events=1000000] [--connections=10000] [--rate=2000]');
  process.exit(0);
}

const logger = createLogger('warn', (line) => process.stderr.write(`${line}\n`));
await using stack = new AsyncDisposableStack();
const dataFolder = await mkdtemp(join(tmpdir(), 'tenant-sync-soak-'));
stack.defer(() => rm(dataFolder, { recursive: true, force: true }));
const postgres = stack.use(
  await startEmbeddedPostgres({ dataFolder: join(dataFolder, 'data'), logger, settings: NOTHING_TO_LOSE }),
);
const database = stack.use(openDatabase({ url: postgres.url, maxConnections: WRITERS + 2, logger }));
const [port, metricsPort] = [await freePort(), await freePort()];
const api = startApi();
stack.defer(() => ended(api));
await untilListening(port);

const startedAt = performance.now();
const seen: Visits = { begun: 0, told: 0, failed: 0 };
const samples: Held[] = [];
let written = 0;
const before = await settledAt(0);
const visiting = visit(
  `ws://127.0.0.1:${port}/graphql`,
  {
    ...{ visits: connections, atOnce: AT_ONCE, tenants: TENANTS },
    // All the way through, and not all at the beginning.
    mayCome: (number) => number / connections <= written / events,
  },
  seen,
);
await Promise.all(Array.from({ length: WRITERS }, write));
await visitAway();
const after = await settledAt(written);
process.exitCode = report() ? 0 : 1;

function startApi(): ChildProcess {
  const collects = `--expose-gc --import ${new URL('collect.ts', import.meta.url).href}`;
  return OWN.start(postgres.url, port, { METRICS_PORT: String(metricsPort), NODE_OPTIONS: collects });
}

async function write(): Promise<void> {
  while (written < events) {
    const from = written;
    written += BATCH;
    await OWN.write(
      database.db,
      Array.from({ length: BATCH }, (_, index) => from + index),
    );
    while (isTooFast()) await sleep(5);
    if (written >= ((samples.length + 1) * events) / SAMPLES) await sample();
  }
}

/** Visitors and events end together, whichever is faster. */
function isTooFast(): boolean {
  const areBehind = written / events > (seen.begun + AT_ONCE) / connections && seen.begun < connections;
  return areBehind || written > (rate * (performance.now() - startedAt)) / 1_000;
}

async function sample(): Promise<void> {
  const one = await holds(written);
  samples.push(one);
  if (!process.stderr.isTTY && samples.length % 5 > 0) return;
  process.stderr.write(
    `${process.stderr.isTTY ? '\r' : '\n'}${Math.round((100 * written) / events)} % · ${seen.begun} connections · ${one.residentMb.toFixed(0)} MB resident, ${one.heapMb.toFixed(0)} MB heap (of ${one.committedMb.toFixed(0)}), ${one.externalMb.toFixed(0)} MB external, ${one.descriptors} descriptors `,
  );
}

/** The last visitors want something to follow, too. */
async function visitAway(): Promise<void> {
  const gone = new AbortController();
  const over = visiting.finally(() => gone.abort());
  while (!gone.signal.aborted) {
    await OWN.write(
      database.db,
      Array.from({ length: BATCH }, (_, index) => written + index),
    );
    written += BATCH;
    await sleep((1_000 * BATCH) / rate);
  }
  await over;
}

/** Of several looks the one with the least: what was made between the collection and the look is not held. */
async function holds(position: number): Promise<Held> {
  const looks: Held[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    api.kill('SIGUSR2');
    looks.push(await held(metricsPort, position));
  }
  return looks.reduce((least, one) => (one.heapMb < least.heapMb ? one : least));
}

/** What is held once nobody is there any more. */
async function settledAt(position: number): Promise<Held> {
  for (let tries = 0; tries < 60; tries++) {
    const one = await holds(position);
    if (one.sockets === 0 && one.subscriptions === 0 && tries > 4) return one;
    await sleep(500);
  }
  return holds(position);
}

function report(): boolean {
  const steady = samples.filter((one) => one.events > events * WARM_UP_SHARE);
  const per100k = (key: 'heapMb' | 'residentMb') =>
    slope(steady.map((one) => [one.events / 100_000, one[key]] as const));
  const [heap, resident] = [per100k('heapMb'), per100k('residentMb')];
  const isSteady = heap < MOST_MB_PER_100K && resident < MOST_MB_PER_100K;
  const isGivenBack =
    after.sockets === 0 && after.subscriptions === 0 && after.descriptors <= before.descriptors + SLACK;
  const text = `# Soak

${written.toLocaleString('en-US')} events, ${seen.begun.toLocaleString('en-US')} connections (${seen.told.toLocaleString('en-US')} deliveries, ${seen.failed} that were told nothing) in ${Math.round((performance.now() - startedAt) / 1_000)} s on ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}.

| what                           | before | after | slope per 100,000 events |
| ------------------------------ | ------ | ----- | ------------------------ |
| resident memory, MB            | ${before.residentMb.toFixed(0)} | ${after.residentMb.toFixed(0)} | ${resident.toFixed(2)} |
| heap, MB                       | ${before.heapMb.toFixed(0)} | ${after.heapMb.toFixed(0)} | ${heap.toFixed(2)} |
| descriptors                    | ${before.descriptors} | ${after.descriptors} | |
| active handles                 | ${before.handles} | ${after.handles} | |
| sockets, subscriptions         | ${before.sockets}, ${before.subscriptions} | ${after.sockets}, ${after.subscriptions} | |

Memory ${isSteady ? 'does not grow with events' : 'GROWS with events'}; ${isGivenBack ? 'everything is given back' : 'NOT everything is given back'}.
`;
  console.log(`\n${text}`);
  if (events >= 1_000_000) void save(text);
  return isSteady && isGivenBack && seen.failed === 0;
}

async function save(text: string): Promise<void> {
  await writeFile(new URL('results.md', import.meta.url), text);
  await writeFile(new URL('results.svg', import.meta.url), plot(samples));
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

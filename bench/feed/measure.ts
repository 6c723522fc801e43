/** One case: some subscribers of one contender, and what they see of single events, a stream, bursts and cuts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../src/database/database.ts';
import { Clients } from './clients.ts';
import { type Contender, residentMib, TENANTS, tenantOf } from './contenders.ts';

export type Case = { subscribers: number; isFiltered: boolean };
export type Pace = { p50: number; p99: number; deliveriesPerSecond: number; eventsPerSecond: number };
export type Measured = {
  /** One event at a time: the next is committed when everybody has the last. */
  single: Pace;
  /** Single events with up to 20 on their way. */
  stream: Pace;
  /** 20 events in one transaction, one burst at a time. */
  burst: Pace;
  memoryMib: number;
  lost: number;
  doubled: number;
};
export type Running = { contender: Contender; port: number; pid: number | undefined };

const ON_THE_WAY = 20;
/** To each; with 5,000 subscribers to all of which it goes a quarter is enough to be busy for seconds. */
const BURST = 20;
const MOST_DELIVERIES = 25_000;
const PATIENCE_MS = 240_000;

let nextSequence = 1;

class Tally {
  readonly #missing = new Map<number, number>();
  readonly #committed = new Map<number, number>();
  readonly #waiting: { sequence: number; resolve: () => void }[] = [];
  latencies: number[] = [];

  expect(sequence: number, deliveries: number): void {
    this.#missing.set(sequence, deliveries);
    this.#committed.set(sequence, performance.now());
  }

  readonly told = (sequence: number, at: number): void => {
    const committed = this.#committed.get(sequence);
    if (committed === undefined) return;
    this.latencies.push(at - committed);
    const missing = (this.#missing.get(sequence) ?? 0) - 1;
    this.#missing.set(sequence, missing);
    if (missing > 0) return;
    this.#missing.delete(sequence);
    for (const waiting of this.#waiting.splice(0)) {
      if (this.#missing.has(waiting.sequence)) this.#waiting.push(waiting);
      else waiting.resolve();
    }
  };

  async everybodyHas(sequences: readonly number[]): Promise<void> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    for (const sequence of sequences) {
      if (!this.#missing.has(sequence)) continue;
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ sequence, resolve });
        late.addEventListener('abort', () =>
          reject(new Error(`An event reached not everybody within ${PATIENCE_MS} ms.`)),
        );
      });
    }
  }
}

type Bench = {
  db: Db;
  running: Running;
  clients: Clients;
  tally: Tally;
  deliveries: number;
  forMs: number;
};

/** `cuts`: whether connections are cut, too. */
export async function measure(
  db: Db,
  running: Running,
  given: Case & { forMs: number; cuts: boolean },
): Promise<Measured> {
  const tally = new Tally();
  const clients = new Clients(running.contender, running.port, tally.told);
  const { subscribers, isFiltered, forMs, cuts } = given;
  await clients.connect(subscribers, isFiltered);
  const deliveries = isFiltered ? subscribers / TENANTS.length : subscribers;
  const bench = { db, running, clients, tally, deliveries, forMs };
  try {
    await warmUp(bench, isFiltered);
    const single = await paced(bench, () => send(bench, 1));
    const burst = await paced(bench, () => send(bench, sizeOf(bench, BURST)));
    const stream = await paced(bench, streaming(bench));
    const memoryMib = await residentMib(running.pid);
    const cut = cuts ? await cutting(bench, isFiltered) : { lost: 0, doubled: 0 };
    return { single, burst, stream, memoryMib, ...cut };
  } finally {
    await clients.close();
  }
}

/**
 * GraphQL over WebSocket does not say when a subscription has begun: whoever got an event has. Slow servers need
 * seconds for one round of events; writing on meanwhile would leave them a backlog.
 */
async function warmUp(bench: Bench, isFiltered: boolean): Promise<void> {
  const { db, running, clients } = bench;
  const everybody = isFiltered ? TENANTS.length : 1;
  const isReady = () => clients.all.every((client) => client.isReady);
  for (let tries = 0; tries < 20 && !isReady(); tries++) {
    await running.contender.write(db, take(everybody));
    for (let waited = 0; waited < 10_000 && !isReady(); waited += 50) await sleep(50);
  }
  if (!isReady()) throw new Error(`${running.contender.name} did not reach every subscriber.`);
  await send(bench, 1);
}

const take = (count: number) => Array.from({ length: count }, () => nextSequence++);

async function commit({ db, running, tally, deliveries }: Bench, count: number): Promise<number[]> {
  const sequences = take(count);
  for (const sequence of sequences) tally.expect(sequence, deliveries);
  await running.contender.write(db, sequences);
  return sequences;
}

async function send(bench: Bench, count: number): Promise<number> {
  await bench.tally.everybodyHas(await commit(bench, count));
  return count;
}

const sizeOf = ({ deliveries }: Bench, wanted: number) =>
  Math.min(wanted, Math.floor(MOST_DELIVERIES / deliveries));

/** Keeps several events on their way; answers how many arrived meanwhile. */
function streaming(bench: Bench): () => Promise<number> {
  return async () => {
    const onTheWay = sizeOf(bench, ON_THE_WAY);
    await Promise.all(Array.from({ length: onTheWay }, () => send(bench, 1)));
    return onTheWay;
  };
}

/** Again and again for a while, once at least. */
async function paced({ tally, deliveries, forMs }: Bench, step: () => Promise<number>): Promise<Pace> {
  tally.latencies = [];
  const begun = performance.now();
  let events = 0;
  do events += await step();
  while (performance.now() - begun < forMs);
  const seconds = (performance.now() - begun) / 1_000;
  const sorted = Float64Array.from(tally.latencies).sort();
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
  return {
    p50: at(0.5),
    p99: at(0.99),
    eventsPerSecond: events / seconds,
    deliveriesPerSecond: (events * deliveries) / seconds,
  };
}

/** A tenth of the connections is cut while events are written: what do they miss, what do they get twice? */
async function cutting(bench: Bench, isFiltered: boolean): Promise<{ lost: number; doubled: number }> {
  const { clients, running, db } = bench;
  clients.isKeeping = true;
  const sequences: number[] = [];
  // Slow servers need a minute for 200,000 deliveries.
  const transactions = clients.all.length >= 1_000 ? 3 : 10;
  for (let round = 0; round < 2; round++) {
    const writing = (async () => {
      for (let each = 0; each < transactions; each++) {
        const some = take(10);
        sequences.push(...some);
        await running.contender.write(db, some);
      }
    })();
    await Promise.all([writing, clients.cut(0.1)]);
  }
  const wanted = ({ tenant }: Clients['all'][number]) =>
    isFiltered ? sequences.filter((sequence) => tenantOf(sequence) === tenant) : sequences;
  const missed = () =>
    clients.all.reduce((sum, client) => sum + wanted(client).length - new Set(client.received).size, 0);
  let lost = missed();
  // What is still on its way is not lost: only when nothing came for a while.
  for (let before = NaN; lost > 0 && lost !== before;) {
    before = lost;
    await sleep(5_000);
    lost = missed();
  }
  const doubled = clients.all.reduce(
    (sum, { received }) => sum + received.length - new Set(received).size,
    0,
  );
  return { lost, doubled };
}

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
  /** 20 events in one transaction, several of them at a time where few are concerned. */
  burst: Pace;
};
export type Outcome = { rounds: Measured[]; memoryMib: number; lost: number; doubled: number };
export type Running = { contender: Contender; port: number; pid: number | undefined };

const ON_THE_WAY = 20;
const BURST = 20;
const BURSTS_ON_THE_WAY = 4;
/** On their way at a time: enough to keep a slow server busy for seconds. */
const MOST_DELIVERIES = 20_000;
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

/** The subscribers of one contender, connected. */
export type Bench = Case & {
  db: Db;
  running: Running;
  clients: Clients;
  tally: Tally;
  /** How many subscribers an event concerns. */
  deliveries: number;
};

export async function open(db: Db, running: Running, given: Case): Promise<Bench> {
  const { subscribers, isFiltered } = given;
  const tally = new Tally();
  const clients = new Clients(running.contender, running.port, tally.told);
  await clients.connect(subscribers, isFiltered);
  const deliveries = isFiltered ? subscribers / TENANTS.length : subscribers;
  const bench = { ...given, db, running, clients, tally, deliveries };
  await warmUp(bench);
  return bench;
}

export async function measure(bench: Bench, forMs: number): Promise<Measured> {
  const most = Math.max(1, Math.floor(MOST_DELIVERIES / bench.deliveries));
  const size = Math.min(BURST, most);
  const bursts = Math.min(BURSTS_ON_THE_WAY, Math.max(1, Math.floor(most / size)));
  return {
    // Some 30 events a second: its p99 would else be that of the slowest one.
    single: await paced(bench, { forMs: 3 * forMs, writers: 1, size: 1 }),
    burst: await paced(bench, { forMs, writers: bursts, size }),
    stream: await paced(bench, { forMs, writers: Math.min(ON_THE_WAY, most), size: 1 }),
  };
}

export const memoryOf = ({ running }: Bench) => residentMib(running.pid);

/**
 * GraphQL over WebSocket does not say when a subscription has begun: whoever got an event has. Slow servers need
 * seconds for one round of events; writing on meanwhile would leave them a backlog.
 */
async function warmUp(bench: Bench): Promise<void> {
  const { db, running, clients, isFiltered } = bench;
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

/** Each writer commits so many events, waits until everybody has them, and begins again: for a while, once at least. */
async function paced(
  bench: Bench,
  { forMs, writers, size }: { forMs: number; writers: number; size: number },
): Promise<Pace> {
  const { tally, deliveries } = bench;
  tally.latencies = [];
  const begun = performance.now();
  let events = 0;
  const write = async () => {
    do {
      const sent = await send(bench, size);
      events += sent;
    } while (performance.now() - begun < forMs);
  };
  await Promise.all(Array.from({ length: writers }, write));
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
export async function cut(bench: Bench): Promise<{ lost: number; doubled: number }> {
  const { clients, running, db, isFiltered } = bench;
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

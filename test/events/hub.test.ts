import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Follower, Hub } from '../../src/events/hub.ts';
import type { Source } from '../../src/events/hub-group.ts';
import { waitFor } from '../support/wait-for.ts';

/** A log in memory: sources wait at its end as the feed does, and count how often something was read. */
class Log {
  length = 0n;
  reads = 0;
  open = 0;
  failure: Error | undefined;
  readonly failing = new Set<bigint>();
  #bell = Promise.withResolvers<void>();

  write(count: number): void {
    this.length += BigInt(count);
    this.ring();
  }

  ring(): void {
    this.#bell.resolve();
    this.#bell = Promise.withResolvers<void>();
  }

  source(after: bigint): Source {
    let position = after;
    let isOver = false;
    this.open += 1;
    return {
      next: async () => {
        while (position >= this.length && !isOver && !this.failure) await this.#bell.promise;
        if (this.failure) throw this.failure;
        if (isOver) return { done: true, value: undefined };
        position += 1n;
        this.reads += 1;
        const hasFailed = this.failing.has(position);
        return { done: false, value: { position, payload: Buffer.from(String(position)), hasFailed } };
      },
      return: () => {
        if (!isOver) this.open -= 1;
        isOver = true;
        this.ring();
        return Promise.resolve();
      },
    };
  }
}

type Told = Follower & { got: number[]; tells: number[]; leave: () => void; done: Promise<void> };

function follow(
  hub: Hub,
  log: Log,
  { after = log.length, isSlow = () => false }: { after?: bigint; isSlow?: () => boolean } = {},
): Told {
  const leaving = new AbortController();
  const got: number[] = [];
  const tells: number[] = [];
  const follower: Follower = {
    position: after,
    signal: leaving.signal,
    tell: (payloads) => {
      got.push(...payloads.map(Number));
      tells.push(payloads.length);
    },
    hasRoom: () => !isSlow(),
    room: async () => {
      await nextTurn();
      await nextTurn();
    },
    resume: () => Promise.resolve(log.source(follower.position)),
  };
  const done = hub.follow('same', follower, log.source(after));
  return Object.assign(follower, { got, tells, leave: () => leaving.abort(), done });
}

const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('What many follow is read once, and told to all in order', async () => {
  const log = new Log();
  const hub = new Hub({ livePosition: () => log.length });
  const followers = Array.from({ length: 50 }, () => follow(hub, log));
  log.write(200);
  await waitFor('all events', () => followers.every(({ got }) => got.length === 200));
  for (const { got } of followers) expect(got).toEqual(from(1, 200));
  expect(log.reads).toBe(200);
  expect(log.open).toBe(1);
});

test('What a turn of the event loop brings is told at once, also to those who miss only its end', async () => {
  const log = new Log();
  const hub = new Hub({ livePosition: () => log.length });
  const first = follow(hub, log);
  await nextTurn();
  log.write(9);
  // Ahead of the group, as somebody whose query saw more than the feed had read.
  const ahead = follow(hub, log, { after: 6n });
  await waitFor('all events', () => first.got.length === 9 && ahead.got.length === 3);
  expect([first.tells, ahead.tells]).toEqual([[9], [3]]);
  expect(ahead.got).toEqual([7, 8, 9]);
});

test('Whoever joins from anywhere, however slow, gets everything behind its place once and in order', async () => {
  const log = new Log();
  const hub = new Hub({ livePosition: () => log.length, mostBytes: 50_000 });
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const followers: (Told & { start: number })[] = [];
  for (let step = 0; step < 120; step++) {
    log.write(Math.floor(random() * 40));
    const start = Math.floor(random() * Number(log.length + 1n));
    const after = BigInt(random() < 0.5 ? Number(log.length) : start);
    const slowness = random() < 0.3 ? 0.5 : 0;
    const follower = follow(hub, log, { after, isSlow: () => random() < slowness });
    followers.push(Object.assign(follower, { start: Number(after) }));
    if (random() < 0.5) await nextTurn();
  }
  log.write(1);
  const last = Number(log.length);
  await waitFor('the end', () => followers.every(({ got, start }) => got.length >= last - start));
  for (const { got, start } of followers) expect(got).toEqual(from(start + 1, last));
});

test('A reading ends with its last follower', async () => {
  const log = new Log();
  const hub = new Hub({ livePosition: () => log.length });
  const [one, other] = [follow(hub, log), follow(hub, log)];
  log.write(1);
  await waitFor('the event', () => other.got.length === 1);
  one.leave();
  await one.done;
  expect(hub.groups).toBe(1);
  other.leave();
  await other.done;
  expect(hub.groups).toBe(0);
  expect(log.open).toBe(0);
});

test('A reading that fails, fails for each of its followers', async () => {
  const log = new Log();
  const hub = new Hub({ livePosition: () => log.length });
  const followers = [follow(hub, log), follow(hub, log)];
  const outcomes = Promise.allSettled(followers.map(({ done }) => done));
  log.failure = new Error('The log was restored.');
  log.ring();
  expect(await outcomes).toEqual([
    { status: 'rejected', reason: log.failure },
    { status: 'rejected', reason: log.failure },
  ]);
  expect(hub.groups).toBe(0);
});

test('A heartbeat, which moves no position, reaches everybody who is told live, again and again', async () => {
  const log = new Log();
  const hub = new Hub({ livePosition: () => 0n });
  const beats = [0n, 0n, 0n];
  const source: Source = {
    next: async () => {
      await nextTurn();
      const position = beats.shift();
      return position === undefined
        ? { done: true, value: undefined }
        : { done: false, value: { position, payload: Buffer.from('0'), hasFailed: false } };
    },
    return: () => Promise.resolve(),
  };
  const founder = { ...follow(new Hub({ livePosition: () => 0n }), log), position: 0n, got: [] as number[] };
  const tell = (payloads: readonly Buffer[]) => void founder.got.push(...payloads.map(Number));
  await hub.follow('beats', { ...founder, tell }, source);
  expect(founder.got).toEqual([0, 0, 0]);
});

test('A result that failed is not told again to those who come back for it: it is tried again', async () => {
  const log = new Log();
  const hub = new Hub({ livePosition: () => log.length });
  const stays = follow(hub, log);
  log.failing.add(2n);
  log.write(3);
  await waitFor('all events', () => stays.got.length === 3);
  const before = log.reads;
  const back = follow(hub, log, { after: 1n });
  log.write(1);
  await waitFor('all events', () => back.got.length === 3);
  expect(back.got).toEqual([2, 3, 4]);
  expect(log.reads).toBeGreaterThan(before + 1);
});

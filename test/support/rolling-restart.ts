/** Every instance is replaced, one after the other, while people sync, decide and follow through a load balancer. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { get } from './client.ts';
import { type Crowd, gather } from './crowd.ts';
import { type Instances, startInstances } from './instances.ts';
import {
  changeSetOf,
  decide,
  type Place,
  readTenant,
  type Result,
  startSync,
  type TenantView,
} from './journey.ts';
import { judge } from './judge.ts';
import { desire } from './reviewed-policy.ts';
import { waitFor } from './wait-for.ts';

export type RollingResult = {
  restarts: number;
  stoppedAfterMs: number[];
  awayMs: number[];
  closings: Map<number, number>;
  /** Mutations that were answered with a result, and why some were sent again before. */
  acknowledged: number;
  sentAgain: Map<string, number>;
  events: number;
  subscribers: number;
};

export async function rollingRestart(wanted: {
  rolls: number;
  instances: number;
  subscribers: number;
  tenants: number;
}): Promise<RollingResult> {
  const names = Array.from({ length: wanted.tenants }, (_, n) => `tenant-${n}`);
  await using instances = await startInstances({
    tenants: names,
    settings: { SOCKETS_PER_CALLER: String(wanted.subscribers * 2) },
  });
  for (let n = 0; n < wanted.instances; n += 1) await instances.add();
  const { place } = instances.stack;
  const users = startUsers(instances, names);
  const { eventCursor } = await get<{ eventCursor: string }>(place.url, '{ eventCursor }');
  await using crowd = gather(place.url, { size: wanted.subscribers, after: eventCursor });
  await crowd.allThere();
  const stoppedAfterMs: number[] = [];
  for (let roll = 0; roll < wanted.rolls; roll += 1)
    for (const old of [...instances.running]) {
      await instances.add();
      await users.someWork();
      const askedAt = performance.now();
      // The balancer knows it until it is gone: whoever finds it closed goes to the next.
      expect(await old.stop()).toBe(0);
      stoppedAfterMs.push(Math.round(performance.now() - askedAt));
      instances.running.splice(instances.running.indexOf(old), 1);
      await crowd.allThere();
    }
  await users.end();
  const log = await readLog(place, eventCursor);
  await expectAllTold(crowd, log);
  expect([...crowd.closings.keys()]).toEqual([1012]);
  expect(crowd.problems).toEqual([]);
  expect(await judge(instances.stack)).toEqual([]);
  const { awayMs, closings } = crowd;
  const { acknowledged, sentAgain } = users;
  return {
    ...{ restarts: stoppedAfterMs.length, stoppedAfterMs, awayMs, closings, sentAgain },
    ...{ acknowledged: acknowledged(), events: log.length, subscribers: wanted.subscribers },
  };
}

/** Each was told every event of the log, once and in its order. */
async function expectAllTold(crowd: Crowd, log: readonly string[]): Promise<void> {
  const isBehind = () => crowd.members.filter(({ told }) => told.length < log.length).length;
  await waitFor(
    () => `everybody to be told ${log.length} events; ${isBehind()} are behind`,
    () => isBehind() === 0,
    { withinMs: 60_000 },
  );
  const whole = log.join();
  expect(crowd.members.filter(({ told }) => told.join() !== whole)).toEqual([]);
}

type Page = {
  events: { pageInfo: { hasNextPage: boolean; endCursor: string }; edges: { node: { id: string } }[] };
};

async function readLog({ url }: Place, from: string): Promise<string[]> {
  const query =
    'query ($after: Cursor) { events(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id } } } }';
  const ids: string[] = [];
  for (let after = from; ;) {
    const { events }: Page = await get<Page>(url, query, { variables: { after } });
    ids.push(...events.edges.map(({ node }) => node.id));
    if (!events.pageInfo.hasNextPage) return ids;
    after = events.pageInfo.endCursor;
  }
}

/** One for each tenant, who syncs it, approves and begins again. */
function startUsers({ stack }: Instances, names: readonly string[]) {
  const sentAgain = new Map<string, number>();
  let [acknowledged, isOver] = [0, false];
  /** Asks until it is answered, as schema/README.md tells clients to. Any other answer is a failure. */
  const insist = <T>(what: string, ask: () => Promise<T | null>) =>
    waitFor(
      what,
      async () => {
        try {
          return await ask();
        } catch (error) {
          const why = whyAgain(error);
          sentAgain.set(why, (sentAgain.get(why) ?? 0) + 1);
          return null;
        }
      },
      { withinMs: 60_000 },
    );
  const mutate = async (wanted: string, send: (more: object) => Promise<Result>) => {
    const idempotencyKey = randomUUID();
    const result = await insist('a mutation to be answered', async () => {
      const answer = await send({ idempotencyKey });
      return answer.__typename === 'IdempotencyKeyInFlight' ? null : answer;
    });
    expect(result.__typename).toBe(wanted);
    acknowledged += 1;
    return result;
  };
  const until = (name: string, what: string, fits: (view: TenantView) => boolean) =>
    insist(`${name} ${what}`, async () => {
      const view = await readTenant(stack.place, name);
      return view && fits(view) ? view : null;
    });
  const user = async (name: string) => {
    for (let round = 0; !isOver; round += 1) {
      await desire(stack, name, `${name}, round ${round}`);
      const tenant = await until(name, 'is there', () => true);
      const run = await mutate('SyncRun', (more) => startSync(stack.place, tenant.id, more));
      const isOfRun = ({ latestRun }: TenantView) => latestRun?.id === run.id;
      const waiting = await until(
        name,
        'waits',
        (view) => isOfRun(view) && view.status === 'PENDING_APPROVAL' && !!view.latestRun?.changeSet,
      );
      await mutate('Decision', (more) => decide(stack.place, 'approveChangeSet', changeSetOf(waiting), more));
      await until(name, 'is over', (view) => isOfRun(view) && view.latestRun?.outcome === 'SUCCEEDED');
    }
  };
  const all = Promise.all(names.map(user));
  // It is told where it is awaited.
  all.catch(() => undefined);
  return {
    sentAgain,
    acknowledged: () => acknowledged,
    someWork: async () => {
      const before = acknowledged;
      const worked = waitFor('some mutations', () => acknowledged > before + 3, { withinMs: 120_000 });
      await Promise.race([worked, all]);
    },
    end: async () => {
      isOver = true;
      await all;
    },
  };
}

/** The reply was lost, or the API said to ask again; anything else is no reason. */
function whyAgain(error: unknown): string {
  if (error instanceof TypeError && error.message === 'fetch failed') return 'reply lost';
  if (error instanceof Error && error.message.includes('TEMPORARILY_UNAVAILABLE')) return 'told to';
  throw error;
}

/** For a line of figures. */
export function describeRolling(result: RollingResult): string {
  const { restarts, stoppedAfterMs, awayMs, closings, acknowledged, sentAgain, events, subscribers } = result;
  const at = (values: number[], share: number) =>
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
  return [
    `${restarts} restarts under ${subscribers} sockets and load: ${acknowledged} mutations acknowledged, none failed; sent again: ${JSON.stringify(Object.fromEntries(sentAgain))}`,
    `each subscriber was told the ${events} events once and in order; sockets closed: ${JSON.stringify(Object.fromEntries(closings))}`,
    `stopped within ${at(stoppedAfterMs, 0.5)} ms (median), ${at(stoppedAfterMs, 1)} ms (most); away ${at(awayMs, 0.5)} ms (median), ${at(awayMs, 0.99)} ms (99 %), ${at(awayMs, 1)} ms (most)`,
  ].join('\n');
}

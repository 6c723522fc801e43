/** The table, and how far the targets were reached: medians of the rounds, and of the ratios within each round. */
import { CONTENDERS } from './contenders.ts';
import type { Outcome, Pace } from './measure.ts';

/** By `subscribers/all|filtered/contender`. */
export type Results = Map<string, Outcome>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export const WAYS = ['single', 'stream', 'burst'] as const;
export type Way = (typeof WAYS)[number];

export function figure(results: Results, key: string, way: Way, name: keyof Pace): number {
  return median((results.get(key)?.rounds ?? []).map((measured) => measured[way][name]));
}

/** Of two contenders in the same round, one after the other: the median of those. */
function ratio(results: Results, of: string, { at, way, figure: name, against }: Target): number {
  const theirs = results.get(`${at}/${against}`)?.rounds ?? [];
  const ratios = (results.get(`${at}/${of}`)?.rounds ?? []).map(
    (own, round) => own[way][name] / (theirs[round]?.[way][name] ?? NaN),
  );
  return median(ratios);
}

export function casesOf(results: Results): string[] {
  const cases = new Set([...results.keys()].map((key) => key.split('/').slice(0, 2).join('/')));
  return [...cases].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

export function report(results: Results, machine: string): string {
  const parts = ['# The event feed against its peers', '', INTRODUCTION, '', `Measured on: ${machine}.`, ''];
  for (const kind of casesOf(results)) parts.push(...tableOf(results, kind), '');
  parts.push(
    '## Targets',
    '',
    ...targetsOf(results),
    '',
    ON_TARGETS,
    '',
    '## Noise',
    '',
    noiseOf(results),
    '',
  );
  return parts.join('\n');
}

const INTRODUCTION = `Made by \`npm run bench:feed\`. Server, subscribers, writer and Postgres share one machine: trust the ratios, not the figures. All contenders send the same fields of the same event; each commits a row and a notification for it. The peers get the whole event in the notification and know no rights; tenant-sync is the real program, with rights on, and reads the event from its log.

Latency is from before the commit is sent to the client's parsed message. *single*: one event at a time. *burst*: 20 events in one transaction, up to 4 of them at a time. *stream*: single events of up to 20 writers. Both have at most 20,000 deliveries on their way. *lost*: events that subscribers never got when a tenth of the connections was cut twice while 200 events were written (60 with 1,000 subscribers and more); tenant-sync resumes behind its cursor, the peers have none. All contenders of a case are connected at the same time (with 5,000 subscribers: three of them) and measured in turns.`;

function tableOf(results: Results, kind: string): string[] {
  const [subscribers = '', matching = ''] = kind.split('/');
  const title = matching === 'all' ? 'every event matches' : 'each follows one tenant in a hundred';
  const head =
    '| | single p50 / p99 ms | burst p50 / p99 ms | single deliveries/s | stream deliveries/s | burst deliveries/s | stream events/s | burst events/s | memory MiB | lost |';
  const rows = CONTENDERS.filter(({ name }) => results.has(`${kind}/${name}`)).map(({ name, label }) => {
    const key = `${kind}/${name}`;
    const of = (way: Way, what: keyof Pace) => figure(results, key, way, what);
    const { memoryMib = NaN, lost = NaN } = results.get(key) ?? {};
    const latency = (way: Way) => `${ms(of(way, 'p50'))} / ${ms(of(way, 'p99'))}`;
    const perSecond = (['single', 'stream', 'burst'] as const).map((way) =>
      whole(of(way, 'deliveriesPerSecond')),
    );
    const events = (['stream', 'burst'] as const).map((way) => whole(of(way, 'eventsPerSecond')));
    return `| ${[label, latency('single'), latency('burst'), ...perSecond, ...events, whole(memoryMib), whole(lost)].join(' | ')} |`;
  });
  return [
    `## ${whole(Number(subscribers))} subscribers, ${title}`,
    '',
    head,
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

type Target = {
  says: string;
  at: string;
  way: Way;
  figure: keyof Pace;
  against: string;
  least?: number;
  most?: number;
};

const ALL = '1000/all';
const deliveries = (way: Way, against: string, least: number): Target => ({
  says: `1,000 all matching, ${way}: deliveries/s against ${against}`,
  at: ALL,
  way,
  figure: 'deliveriesPerSecond',
  against,
  least,
});
const filtered = (subscribers: string, against: string, least: number): Target => ({
  says: `${subscribers} filtered, burst: events/s against ${against}`,
  at: `${subscribers}/filtered`,
  way: 'burst',
  figure: 'eventsPerSecond',
  against,
  least,
});
const TARGETS: readonly Target[] = [
  ...(['stream', 'burst'] as const).flatMap((way) => [
    deliveries(way, 'postgraphile', 4),
    deliveries(way, 'yoga', 4),
    deliveries(way, 'raw', 1),
    deliveries(way, 'raw-corked', 0.7),
  ]),
  {
    says: '1,000 all matching, single: p99 against raw',
    at: ALL,
    way: 'single',
    figure: 'p99',
    against: 'raw',
    most: 1.3,
  },
  ...['graphql-ws', 'graphql-ws-lean'].flatMap((against) => [
    filtered('1000', against, 8),
    filtered('5000', against, 30),
  ]),
];

const ON_TARGETS = `_the floor_: what corked raw \`ws\`, which does nothing but write, reaches against the same peer. graphql-ws leaves filtering to its user, so filtered events are compared twice: with \`withFilter\` and \`PubSub\` of graphql-subscriptions, as its documentation has them, and with the leanest filter that could be written here. Where the floor itself stays below what is wanted, the time goes into the sockets, on both of their ends: that is the same for every server.`;

function targetsOf(results: Results): string[] {
  const rows = TARGETS.flatMap((target) => {
    const reached = ratio(results, 'tenant-sync', target);
    if (Number.isNaN(reached)) return [];
    const isReached = reached >= (target.least ?? 0) && reached <= (target.most ?? Infinity);
    const wanted = target.least === undefined ? `≤ ${target.most}` : `≥ ${target.least}`;
    const floor = ratio(results, 'raw-corked', target).toFixed(2);
    return [
      `| ${[target.says, wanted, reached.toFixed(2), floor, isReached ? 'reached' : 'missed'].join(' | ')} |`,
    ];
  });
  const lost = [...results]
    .filter(([key]) => key.endsWith('/tenant-sync'))
    .map(([, outcome]) => outcome.lost);
  const sum = lost.reduce((a, b) => a + b, 0);
  const cases = `| events lost over forced reconnects, in ${lost.length} cases of tenant-sync | 0 | ${sum} | | ${sum === 0 ? 'reached' : 'missed'} |`;
  return ['| | wanted | measured | the floor | |', '|---|---|---|---|---|', ...rows, cases];
}

/** The largest and the middle distance of a round from the median of its case. */
function noiseOf(results: Results): string {
  const distances = [...results.values()].flatMap(({ rounds }) => {
    const middle = median(rounds.map(({ stream }) => stream.deliveriesPerSecond));
    return rounds.map(({ stream }) => Math.abs(stream.deliveriesPerSecond / middle - 1));
  });
  const percent = (value: number) => `${(value * 100).toFixed(0)} %`;
  return `Deliveries a second in the stream differ between rounds of the same case by ${percent(median(distances))} of its median in the middle, and by ${percent(Math.max(...distances))} at worst.`;
}

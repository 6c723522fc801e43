/** The table, and how far the targets were reached: medians of the rounds, ratios of figures of the same run. */
import { median } from '../feed/report.ts';
import { type Case, CASES } from './cases.ts';
import { CONTENDERS, FLOOR } from './contenders.ts';
import type { Measured } from './measure.ts';
import type { StartUp } from './start-up.ts';

/** By `case/contender`, one for each round. */
export type Results = Map<string, Measured[]>;

export const figure = (results: Results, of: Case, name: string, what: keyof Measured) =>
  median((results.get(`${of}/${name}`) ?? []).map((measured) => measured[what]));

const OWN = 'tenant-sync';
const whole = (value: number) => (Number.isNaN(value) ? '—' : Math.round(value).toLocaleString('en-US'));
const fixed = (value: number, digits = 2) => (Number.isNaN(value) ? '—' : value.toFixed(digits));

export function report(
  results: Results,
  { machine, started }: { machine: string; started: StartUp | null },
): string {
  const cases = (Object.keys(CASES) as Case[]).filter((of) => results.has(`${of}/${OWN}`));
  return [
    '# Reads against their peers',
    '',
    INTRODUCTION,
    '',
    `Measured on: ${machine}.`,
    '',
    ...cases.flatMap((of) => [...tableOf(results, of), '']),
    '## Targets',
    '',
    ...targetsOf(results),
    '',
    ...(started ? startUpOf(started) : []),
    '## Noise',
    '',
    noiseOf(results),
    '',
  ].join('\n');
}

const INTRODUCTION = `Made by \`npm run bench:reads\`. Servers, loader and Postgres share one machine: trust the ratios, not the figures. 16 connections, one request at a time on each; the contenders take turns within each round, each after a second that is not counted. tenant-sync is the real program with authentication, rights, limits, cost and error paths on; nothing is cached but documents and statements. Mercurius and Yoga serve the same schema with the same resolvers, with the same comparison of keys and without limits; PostGraphile serves what it makes of the same tables, without keys or rights. The floor reads with one statement by hand over the same shared connections, with the same comparison of keys, and does not look at the query.`;

function tableOf(results: Results, of: Case): string[] {
  const rows = CONTENDERS.filter(({ name }) => results.has(`${of}/${name}`)).map(({ name, label }) => {
    const at = (what: keyof Measured) => figure(results, of, name, what);
    const toFloor = at('perSecond') / figure(results, of, FLOOR, 'perSecond');
    const latency = `${fixed(at('p50'), 1)} / ${fixed(at('p99'), 1)}`;
    return `| ${[label, whole(at('perSecond')), fixed(toFloor), whole(at('nodeUs')), whole(at('postgresUs')), latency].join(' | ')} |`;
  });
  return [
    `## ${CASES[of]}`,
    '',
    '| | requests/s | of the floor | Node CPU µs/request | Postgres CPU µs/request | p50 / p99 ms |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}

const TARGETS: readonly [of: Case, against: string, least: number, aim: number | null][] = [
  ...(['list', 'changeSet'] as const).flatMap((of): [Case, string, number, number | null][] => [
    [of, 'postgraphile', 2.5, 3],
    [of, 'mercurius', 1.2, 1.5],
    [of, FLOOR, 0.65, 0.9],
  ]),
  ['typename', 'yoga', 4, null],
  ['typename', 'mercurius', 0.85, null],
];

function targetsOf(results: Results): string[] {
  const rows = TARGETS.flatMap(([of, against, least, aim]) => {
    const ratio = figure(results, of, OWN, 'perSecond') / figure(results, of, against, 'perSecond');
    if (Number.isNaN(ratio)) return [];
    return [
      `| ${CASES[of]}, against ${against} | ≥ ${least} | ${aim ?? ''} | ${ratio.toFixed(2)} | ${ratio >= least ? 'reached' : 'missed'} |`,
    ];
  });
  return ['| | wanted | aim | measured | |', '|---|---|---|---|---|', ...rows];
}

function startUpOf({ readyMs, atRestMib, sandboxFirstMs }: StartUp): string[] {
  const row = (what: string, most: number, value: number, unit: string) =>
    `| ${what} | < ${whole(most)} ${unit} | ${whole(value)} ${unit} | ${value < most ? 'reached' : 'missed'} |`;
  return [
    '## Start and weight',
    '',
    '| | wanted | measured | |',
    '|---|---|---|---|',
    row('`npm start` to ready, on an existing database', 1_500, readyMs, 'ms'),
    row('`npm run sandbox` to ready, for the first time', 3_000, sandboxFirstMs, 'ms'),
    row('Memory at rest, without Postgres', 150, atRestMib, 'MiB'),
    '',
  ];
}

function noiseOf(results: Results): string {
  const distances = [...results.values()].flatMap((all) => {
    const middle = median(all.map(({ perSecond }) => perSecond));
    return all.map(({ perSecond }) => Math.abs(perSecond / middle - 1));
  });
  const percent = (value: number) => `${(value * 100).toFixed(0)} %`;
  return `Rates differ between rounds of the same case by ${percent(median(distances))} of its median in the middle, and by ${percent(Math.max(...distances))} at worst.`;
}

/** Findings as a page of text, or as JSON. */
import type { Finding, State } from './finding.ts';
import type { Treatment } from './treat.ts';

export type Report = { findings: readonly Finding[]; treatments: readonly Treatment[] };

const WORDS = { ok: 'ok     ', warning: 'warning', wrong: 'WRONG  ' } as const satisfies Record<
  State,
  string
>;
const COLOURS = { ok: 32, warning: 33, wrong: 31 } as const satisfies Record<State, number>;

type Paint = (text: string, colour: number) => string;
const plain: Paint = (text) => text;
const coloured: Paint = (text, colour) => `\u001b[${colour}m${text}\u001b[0m`;

export function reportText(
  { findings, treatments }: Report,
  { isColoured }: { isColoured: boolean },
): string {
  const paint = isColoured ? coloured : plain;
  const width = Math.max(...findings.map(({ check }) => check.length), 0);
  const sections = [...Map.groupBy(findings, ({ subject }) => subject)].map(([subject, found]) =>
    [subject, ...found.flatMap((finding) => lines(finding, width, paint))].join('\n'),
  );
  return [...sections, ...treated(treatments, paint), summary(findings)].join('\n\n');
}

function lines({ state, check, message, remedy, fix }: Finding, width: number, paint: Paint): string[] {
  const first = `  ${paint(WORDS[state], COLOURS[state])}  ${check.padEnd(width)}  ${message}`;
  if (remedy === null) return [first];
  const indent = ' '.repeat(width + 13);
  return [first, `${indent}→ ${remedy}${fix ? ' (--fix does it)' : ''}`];
}

function treated(treatments: readonly Treatment[], paint: Paint): string[] {
  if (treatments.length === 0) return [];
  const told = treatments.map(({ subject, check, what, problem }) =>
    problem === null
      ? `  ${paint('fixed  ', COLOURS.ok)}  ${subject}: ${what}`
      : `  ${paint('failed ', COLOURS.wrong)}  ${subject}, ${check}: ${problem}`,
  );
  return [told.join('\n')];
}

function summary(findings: readonly Finding[]): string {
  const count = (state: State) => findings.filter((finding) => finding.state === state).length;
  return `${count('ok')} ok, ${count('warning')} warnings, ${count('wrong')} wrong.`;
}

export const reportJson = ({ findings, treatments }: Report): string =>
  JSON.stringify(
    {
      isWell: isWell(findings),
      findings: findings.map(({ fix, ...finding }) => ({ ...finding, isFixable: fix !== null })),
      treatments,
    },
    null,
    2,
  );

export const isWell = (findings: readonly Finding[]) => findings.every(({ state }) => state !== 'wrong');

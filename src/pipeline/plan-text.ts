/** A change set as people like to read a plan. Sensitive values are never in it. */
import type { FileDifference } from './differences.ts';
import type { PropertyDifference } from './property-differences.ts';

const MARKS = { ADDED: '+', CHANGED: '~', REMOVED: '-' } as const;
const WORDS = { ADDED: 'to add', CHANGED: 'to change', REMOVED: 'to remove' } as const;
const LONGEST_VALUE = 120;

export function planLines(differences: readonly FileDifference[]): string[] {
  return [summaryOf(differences), ...differences.flatMap(linesOf)];
}

function summaryOf(differences: readonly FileDifference[]): string {
  if (differences.length === 0) return 'Nothing is to be changed: the tenant is as the repository wants it.';
  const kinds = ['ADDED', 'CHANGED', 'REMOVED'] as const;
  const counts = kinds.map((kind) => {
    const count = differences.filter((difference) => difference.kind === kind).length;
    return `${count} ${WORDS[kind]}`;
  });
  return `Plan: ${counts.join(', ')}.`;
}

function linesOf(difference: FileDifference): string[] {
  const { kind, configurationType, displayName, invalid } = difference;
  const head = `  ${MARKS[kind]} ${configurationType} "${displayName}"`;
  if (invalid !== null) return [head, `      ${invalid}`];
  return kind === 'CHANGED' ? [head, ...difference.properties.map(propertyLine)] : [head];
}

function propertyLine({ path, before, after, isSensitive }: PropertyDifference): string {
  if (isSensitive) return `      ${path}: (another value, which is not shown)`;
  return `      ${path}: ${shown(before)} → ${shown(after)}`;
}

function shown(value: string | null): string {
  if (value === null) return '(none)';
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

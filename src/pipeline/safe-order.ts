import { byCodeUnits } from './canonical-json.ts';
import { CONFIGURATION_TYPES, configurationTypeOf } from './configuration-types.ts';
import type { ChangeKind } from './contract.ts';
import type { FileDifference, Side } from './differences.ts';
import { keyOfObject, referencesOf } from './references.ts';

const KIND_ORDER = { ADDED: 0, CHANGED: 1, REMOVED: 2 } as const satisfies Record<ChangeKind, number>;

export type SafeOrder = {
  ordered: FileDifference[];
  /** Path → the objects that refer to each other in a circle, by name: none of them can be created first. */
  cycles: Map<string, string>;
};

/**
 * Creations first, deletions last: what others refer to is created before them, and deleted after them. What refers
 * by a fixed id follows the table, where types that others use stand first.
 */
export function inSafeOrder(differences: readonly FileDifference[]): SafeOrder {
  const byTable = [...differences].sort((a, b) => rankOf(a) - rankOf(b) || byCodeUnits(a.path, b.path));
  const of = (kind: ChangeKind) => byTable.filter((difference) => difference.kind === kind);
  const added = dependenciesFirst(of('ADDED'), ({ after }) => after);
  const removed = dependenciesFirst(of('REMOVED'), ({ before }) => before);
  const ordered = [...added.ordered, ...of('CHANGED'), ...removed.ordered.reverse()];
  return { ordered: ordered.sort((a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind]), cycles: added.cycles };
}

const ranks = new Map(CONFIGURATION_TYPES.map(({ type }, index) => [type, index]));
const rankOf = ({ configurationType }: FileDifference) => ranks.get(configurationType) ?? ranks.size;

function dependenciesFirst(
  differences: readonly FileDifference[],
  sideOf: (difference: FileDifference) => Side,
): SafeOrder {
  const byName = new Map(differences.map((difference) => [keyOfObject(difference), difference]));
  const ordered: FileDifference[] = [];
  const cycles = new Map<string, string>();
  const visited = new Set<FileDifference>();
  const visit = (difference: FileDifference, trail: readonly FileDifference[]): void => {
    if (trail.includes(difference)) return reportCycle(cycles, trail.slice(trail.indexOf(difference)));
    if (visited.has(difference)) return;
    visited.add(difference);
    for (const name of namedBy(difference, sideOf(difference))) {
      const other = byName.get(name);
      if (other) visit(other, [...trail, difference]);
    }
    ordered.push(difference);
  };
  for (const difference of differences) visit(difference, []);
  return { ordered, cycles };
}

function namedBy({ configurationType }: FileDifference, side: Side): string[] {
  if (side === null || typeof side === 'string') return [];
  return referencesOf(configurationTypeOf(configurationType), side).map(keyOfObject);
}

function reportCycle(cycles: Map<string, string>, circle: readonly FileDifference[]): void {
  const names = [...circle, ...circle.slice(0, 1)].map(({ displayName }) => `"${displayName}"`).join(' → ');
  for (const { path } of circle) {
    cycles.set(
      path,
      `These objects refer to each other in a circle, so none can be created first: ${names}. Remove one reference, sync, and add it in a second sync.`,
    );
  }
}

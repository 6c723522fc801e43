/**
 * The one table of configuration types, those that others use first. Adding a type is adding a row to its provider's
 * list. A type without a row is tolerated: category "Other", every list ordered, nothing sensitive, and no service to
 * write it to.
 */
import type { ConfigurationType } from './types/configuration-type.ts';
import { ENTRA_OBJECTS } from './types/entra-objects.ts';
import { ENTRA_POLICIES } from './types/entra-policies.ts';
import { INTUNE_TYPES } from './types/intune.ts';

export const CONFIGURATION_TYPES: readonly ConfigurationType[] = [
  ...ENTRA_OBJECTS,
  ...ENTRA_POLICIES,
  ...INTUNE_TYPES,
];

const rows = new Map(CONFIGURATION_TYPES.map((row) => [row.type, row]));

export function configurationTypeOf(type: string): ConfigurationType {
  return (
    rows.get(type) ?? {
      ...{ type, category: 'Other', isSingleton: false, unorderedLists: [], sensitivePaths: [] },
      ...{ references: [], graph: null },
    }
  );
}

/** The type of which this is the name, or that begins it: `MSGraph:Groups:All employees` begins with `MSGraph:Groups`. */
export const typeThatBegins = (text: string) =>
  CONFIGURATION_TYPES.find(({ type }) => text === type || text.startsWith(`${type}:`))?.type ?? null;

/** Whether a place in an object matches one of the paths. Steps are keys; `[]` is the step into a list. */
export const matchesPath = (paths: readonly string[], steps: readonly string[]) =>
  paths.length > 0 && stepsOf(paths).has(steps.join('.'));

// Asked for every property of every object.
const stepsByList = new WeakMap<readonly string[], Set<string>>();

function stepsOf(paths: readonly string[]): Set<string> {
  const steps = stepsByList.get(paths) ?? new Set(paths.map((path) => path.replaceAll('[]', '.[]')));
  stepsByList.set(paths, steps);
  return steps;
}

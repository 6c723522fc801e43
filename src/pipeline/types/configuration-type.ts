import type { GraphType } from '../graph/graph-type.ts';

/** A row of the table of types. Paths: `conditions.users.includeUsers`; `[]` is every element of a list: `omaSettings[].value`. */
export type ConfigurationType = {
  type: string;
  category: 'Entra ID' | 'Intune' | 'Other';
  /** There is exactly one in a tenant: it is changed, never created or removed. */
  isSingleton: boolean;
  /** Lists whose order means nothing to the service. */
  unorderedLists: readonly string[];
  /** Properties whose values are never shown; they enter a digest as keyed hashes. */
  sensitivePaths: readonly string[];
  /** Texts that hold ids of other objects: a file names those objects instead. */
  references: readonly { path: string; to: string }[];
  graph: GraphType | null;
};

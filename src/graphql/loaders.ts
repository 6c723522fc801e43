import DataLoader from 'dataloader';
import type { Context } from './context.ts';

const MOST_KEYS = 500;

/** On the context: a WeakMap with a key of each request has what it leads to outlive the young generation. */
const LOADERS = Symbol('loaders');
type Loaders = { context: Context; known: Map<unknown, unknown> };
type Loading = Context & { [LOADERS]?: Loaders };

/** A copy of a context is another one. */
function loadersOf(context: Loading): Loaders['known'] {
  const loaders = context[LOADERS];
  if (loaders?.context === context) return loaders.known;
  const known = new Map();
  context[LOADERS] = { context, known };
  return known;
}

/**
 * Brings together what the resolvers of one tick ask for. It only batches and remembers nothing, because a
 * subscription's context lives for hours.
 */
export function defineLoader<Key extends string, Value>(
  load: (context: Context, keys: Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (context: Context, key: Key) => Promise<Value | null> {
  type Loader = DataLoader<Key, Value | null>;
  const loaderOf = (context: Context): Loader => {
    const loaders = loadersOf(context);
    // What is kept under this function was made here.
    const known = loaders.get(load) as Loader | undefined;
    if (known) return known;
    const batch = async (keys: readonly Key[]) => {
      const found = await load(context, [...new Set(keys)]);
      return keys.map((key) => found.get(key) ?? null);
    };
    const loader: Loader = new DataLoader(batch, { cache: false, maxBatchSize: MOST_KEYS });
    loaders.set(load, loader);
    return loader;
  };
  return (context, key) => loaderOf(context).load(key);
}

/** Rows by their key; of several with the same key the first counts. */
export function byKey<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row> {
  const map = new Map<Key, Row>();
  for (const row of rows) if (!map.has(keyOf(row))) map.set(keyOf(row), row);
  return map;
}

export function groupedBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  return Map.groupBy(rows, keyOf);
}

import DataLoader from 'dataloader';
import type { Context } from './context.ts';

const MOST_KEYS = 500;

/**
 * Brings together what the resolvers of one tick ask for. It only batches and remembers nothing, because a
 * subscription's context lives for hours.
 */
export function defineLoader<Key extends string, Value>(
  load: (context: Context, keys: Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (context: Context, key: Key) => Promise<Value | null> {
  const loaders = new WeakMap<Context, DataLoader<Key, Value | null>>();
  const loaderOf = (context: Context) => {
    const known = loaders.get(context);
    if (known) return known;
    const batch = async (keys: readonly Key[]) => {
      const found = await load(context, [...new Set(keys)]);
      return keys.map((key) => found.get(key) ?? null);
    };
    const loader = new DataLoader<Key, Value | null>(batch, { cache: false, maxBatchSize: MOST_KEYS });
    loaders.set(context, loader);
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

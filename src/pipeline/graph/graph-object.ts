/** An object as Graph shows it, and as a file holds it. */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../canonical-json.ts';
import { configurationOf } from '../configuration-file.ts';
import { matchesPath } from '../configuration-types.ts';
import type { ConfigurationType } from '../types/configuration-type.ts';
import type { GraphType } from './graph-type.ts';

export type GraphRow = ConfigurationType & { graph: GraphType };

export const hasGraph = (row: ConfigurationType): row is GraphRow => row.graph !== null;

export function listAddress({ graph, isSingleton }: GraphRow): string {
  return isSingleton
    ? addressOf(graph.path, graph.expand)
    : addressOf(graph.path, graph.listQuery, graph.expand);
}

export const filteredAddress = ({ graph }: GraphRow, displayName: string) =>
  addressOf(
    graph.path,
    `$filter=${encodeURIComponent(`displayName eq '${displayName.replaceAll("'", "''")}'`)}`,
    graph.expand,
  );

/** Where one object is written; read, it takes `expand` too. */
export const objectPath = ({ graph, isSingleton }: GraphRow, id: string) =>
  isSingleton ? graph.path : `${graph.path}/${encodeURIComponent(id)}`;

export const objectAddress = (row: GraphRow, id: string) => addressOf(objectPath(row, id), row.graph.expand);

function addressOf(path: string, ...queries: (string | undefined)[]): string {
  const query = queries.filter((part) => part !== undefined).join('&');
  return query === '' ? path : `${path}?${query}`;
}

export function displayNameOf({ graph }: GraphRow, raw: JsonObject): string {
  if (graph.name !== undefined) return graph.name;
  const { displayName } = raw;
  return typeof displayName === 'string' && displayName !== '' ? displayName : idOf(raw);
}

/** Empty for the few singletons without one. */
export const idOf = ({ id }: JsonObject) => (typeof id === 'string' ? id : '');

export const isConfiguration = ({ graph: { skips } }: GraphRow, raw: JsonObject) =>
  skips === undefined || raw[skips.property] !== skips.value;

/** Without what the service makes by itself: annotations but the type, and the type's read-only properties. */
export function strip({ graph }: GraphRow, raw: JsonObject): JsonObject {
  const walk = (value: Json, steps: string[]): Json => {
    if (Array.isArray(value)) return value.map((item) => walk(item, [...steps, '[]']));
    return isJsonObject(value) ? walkObject(value, steps) : value;
  };
  const walkObject = (object: JsonObject, steps: string[]): JsonObject => {
    const kept = Object.entries(object).filter(
      ([key]) => !isAnnotation(key) && !matchesPath(graph.readOnly, [...steps, key]),
    );
    return Object.fromEntries(kept.map(([key, member]) => [key, walk(member, [...steps, key])]));
  };
  return walkObject(raw, []);
}

const isAnnotation = (key: string) => key !== '@odata.type' && /@odata\.|^@microsoft\.graph\./.test(key);

/**
 * The top-level properties that differ, whole, with null for everything that is to go: Graph leaves alone what a
 * PATCH does not mention. `@odata.type` says how to read the rest; null when there is nothing to write.
 */
export function patchBetween(before: JsonObject, after: JsonObject): JsonObject | null {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differing = keys.filter(
    (key) =>
      key !== '@odata.type' && canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null),
  );
  if (differing.length === 0) return null;
  const type = after['@odata.type'];
  const members = differing.map((key) => [key, withExplicitNulls(before[key], after[key])] as const);
  return { ...(type === undefined ? {} : { '@odata.type': type }), ...Object.fromEntries(members) };
}

function withExplicitNulls(before: Json | undefined, after: Json | undefined): Json {
  if (after === undefined) return Array.isArray(before) ? [] : null;
  if (!isJsonObject(before) || !isJsonObject(after)) return after;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(keys.map((key) => [key, withExplicitNulls(before[key], after[key])]));
}

/** Normalized as files are compared, so that spelling alone is never written. */
export const normalized = ({ type }: GraphRow, properties: JsonObject) => configurationOf(type, properties);

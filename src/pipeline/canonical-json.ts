/** JSON as a value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** Deeper nesting than this is refused: it is an attack or a mistake, never a configuration. */
const MAX_DEPTH = 100;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * RFC 8785: one text for one value, whatever its spelling was. Keys are ordered by UTF-16 code units.
 * Throws for what JSON cannot say: undefined, NaN, infinities, lone surrogates, objects of a class.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new Error(`The JSON is nested more than ${MAX_DEPTH} levels deep.`);
  if (typeof value === 'string') return canonicalString(value);
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .sort(byCodeUnits)
      .map((key) => `${canonicalString(key)}:${canonicalJson(value[key], depth + 1)}`);
    return `{${members.join(',')}}`;
  }
  throw new Error(`JSON cannot hold ${describe(value)}.`);
}

/** For `sort`: the order of RFC 8785, which no locale changes. */
export const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every object's keys in canonical order, recursively. */
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => byCodeUnits(a, b));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}

function canonicalString(text: string): string {
  if (LONE_SURROGATE.test(text))
    throw new Error('A text holds half of a surrogate pair, which is no character.');
  return JSON.stringify(text);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`JSON cannot hold the number ${value}.`);
  return JSON.stringify(value);
}

function describe(value: unknown): string {
  return typeof value === 'object'
    ? `an object of class ${value?.constructor.name ?? '?'}`
    : `a value of type ${typeof value}`;
}

/** What a set of files would change in a tenant: kinds, properties, and a text for people. */
import { createTwoFilesPatch } from 'diff';
import { byCodeUnits, canonicalJson, type JsonObject, sortKeys } from './canonical-json.ts';
import { configurationOf, parseProperties, readPath } from './configuration-file.ts';
import { configurationTypeOf } from './configuration-types.ts';
import type { ConfigurationType } from './types/configuration-type.ts';
import type { ChangeKind } from './contract.ts';
import { maskPair } from './sensitive-values.ts';
import { type PropertyDifference, propertyDifferences } from './property-differences.ts';

/** A file's configuration; a text when the file is not valid and can only be compared as it stands. */
export type Side = JsonObject | string | null;

export type FileDifference = {
  kind: ChangeKind;
  configurationType: string;
  category: string;
  path: string;
  displayName: string;
  /** Empty when a side is not valid. */
  properties: PropertyDifference[];
  /** Unified diff of the canonical JSON; sensitive values are masked. */
  diff: string;
  /** Why a side cannot be read as configuration; null when both can. */
  invalid: string | null;
  /** Unmasked: for the digest and the deployment, never to be shown or stored. */
  before: Side;
  after: Side;
};

/**
 * Past this many changed lines whole files are shown: searching on for the shortest diff of 6,000 lines that all
 * differ took 3.9 s with a limit of 4,000, and 0.4 s with this one.
 */
const MAX_EDITS = 1000;

/** `before` is the tenant's state, `after` the desired one, both by path; null: no such file. In order of the paths. */
export function compareFiles(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): FileDifference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(byCodeUnits);
  return paths
    .map((path) => compareFile(path, before.get(path) ?? null, after.get(path) ?? null))
    .filter((difference) => difference !== null);
}

/** null when the path is no configuration file, or nothing of the configuration differs. */
export function compareFile(
  path: string,
  beforeText: string | null,
  afterText: string | null,
): FileDifference | null {
  const name = readPath(path);
  if (!name || beforeText === afterText) return null;
  const type = configurationTypeOf(name.configurationType);
  const before = read(path, type, beforeText);
  const after = read(path, type, afterText);
  if (canonicalJson(before.side) === canonicalJson(after.side)) return null;
  const sides = { before: before.side, after: after.side };
  return {
    kind: sides.before === null ? 'ADDED' : sides.after === null ? 'REMOVED' : 'CHANGED',
    category: type.category,
    path,
    ...name,
    ...describe(path, type, sides),
    invalid: after.invalid ?? before.invalid,
    ...sides,
  };
}

function read(
  path: string,
  type: ConfigurationType,
  text: string | null,
): { side: Side; invalid: string | null } {
  if (text === null) return { side: null, invalid: null };
  try {
    return { side: configurationOf(type.type, parseProperties(path, text)), invalid: null };
  } catch (error) {
    return { side: text.toWellFormed(), invalid: error instanceof Error ? error.message : String(error) };
  }
}

function describe(path: string, type: ConfigurationType, sides: { before: Side; after: Side }) {
  const { before, after } = sides;
  if (typeof before === 'string' || typeof after === 'string') {
    return { properties: [], diff: unifiedDiff(path, textOf(type, before), textOf(type, after)) };
  }
  const masked = maskPair(type, before, after);
  return {
    properties: propertyDifferences(type, before ?? {}, after ?? {}),
    diff: unifiedDiff(path, prettyOf(masked.before), prettyOf(masked.after)),
  };
}

// A text that cannot be parsed cannot be masked either, so a type with sensitive properties shows none of it.
function textOf(type: ConfigurationType, side: Side): string {
  if (typeof side !== 'string') return prettyOf(maskPair(type, side, side).before);
  if (type.sensitivePaths.length > 0)
    return '*** (not valid JSON; withheld, because this type has sensitive values)\n';
  return side.replaceAll('\0', '\uFFFD');
}

const prettyOf = (side: JsonObject | null) =>
  side === null ? '' : `${JSON.stringify(sortKeys(side), null, 2)}\n`;

function unifiedDiff(path: string, before: string, after: string): string {
  const [from, to] = [before === '' ? '/dev/null' : `a/${path}`, after === '' ? '/dev/null' : `b/${path}`];
  return (
    createTwoFilesPatch(from, to, before, after, undefined, undefined, {
      context: 3,
      maxEditLength: MAX_EDITS,
    }) ?? [`--- ${from}`, `+++ ${to}`, ...marked('-', before), ...marked('+', after), ''].join('\n')
  );
}

const marked = (mark: string, text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => mark + line);

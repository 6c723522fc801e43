/** One object of a tenant's configuration as one file of the repository, and back. */
import {
  byCodeUnits,
  canonicalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  sortKeys,
} from './canonical-json.ts';
import { configurationTypeOf, matchesPath } from './configuration-types.ts';
import type { ConfigurationObject } from './stage.ts';

export const CONTENT_FOLDER = 'Source/Resources/Content';

/** Thrown for a file that holds no configuration object; the message names the file and what to do. */
export class InvalidFile extends Error {
  readonly path: string;
  constructor(path: string, reason: string) {
    super(`${path} is not a configuration file: ${reason} Correct it on the branch "main" and sync again.`);
    this.path = path;
  }
}

// Everything else is percent-encoded: separators, what Windows refuses in names, and "%" itself.
const PLAIN = /^[\p{L}\p{N} _.()-]$/u;

export function pathOf(configurationType: string, displayName: string): string {
  const folders = configurationType.split(':').map(encodeSegment);
  return [CONTENT_FOLDER, ...folders, `${encodeSegment(displayName)}.json`].join('/');
}

export type FileName = { configurationType: string; displayName: string };

/** What a path names; null when it is no configuration file (outside the content folder, or no `.json`). */
export function readPath(path: string): FileName | null {
  if (!path.startsWith(`${CONTENT_FOLDER}/`) || !path.endsWith('.json')) return null;
  const segments = path.slice(CONTENT_FOLDER.length + 1, -'.json'.length).split('/');
  const names = segments.map(decodeSegment);
  const displayName = names.at(-1);
  if (names.length < 2 || !displayName || names.some((name) => name === '')) return null;
  return { configurationType: names.slice(0, -1).join(':'), displayName };
}

/** Normalized, sorted keys, two spaces, a line feed at the end: equal objects are equal files. */
export function contentOf(configurationType: string, properties: JsonObject): string {
  return `${JSON.stringify(sortKeys(normalize(configurationType, properties)), null, 2)}\n`;
}

/** Path and content of an object. Throws when the object holds what JSON cannot say. */
export function fileOf(object: ConfigurationObject): { path: string; content: string } {
  const path = pathOf(object.configurationType, object.displayName);
  return {
    path,
    content: contentOf(object.configurationType, parseProperties(path, canonicalJson(object.properties))),
  };
}

/** The properties that a file holds, metadata (`$` keys) included. Throws InvalidFile. */
export function parseProperties(path: string, content: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(content.replace(/^\uFEFF/, '')) as Json;
    canonicalJson(value);
  } catch (error) {
    throw new InvalidFile(
      path,
      `${(error instanceof Error ? error.message : String(error)).replace(/\.?$/, '.')}`,
    );
  }
  if (!isJsonObject(value)) throw new InvalidFile(path, 'It holds no JSON object.');
  return value;
}

/** The part of a file that goes to the tenant: without metadata, unordered lists sorted. */
export function configurationOf(configurationType: string, properties: JsonObject): JsonObject {
  const plain = Object.entries(properties).filter(([key]) => !key.startsWith('$'));
  return normalize(configurationType, Object.fromEntries(plain));
}

/**
 * Unordered lists sorted, and properties that are null left out: services show one that was never set as null, and
 * a file need not mention it.
 */
function normalize(configurationType: string, properties: JsonObject): JsonObject {
  const { unorderedLists } = configurationTypeOf(configurationType);
  const walk = (value: Json, steps: string[]): Json => {
    if (Array.isArray(value)) {
      const items = value.map((item) => walk(item, [...steps, '[]']));
      return matchesPath(unorderedLists, steps) ? sortItems(items) : items;
    }
    return isJsonObject(value) ? walkObject(value, steps) : value;
  };
  const walkObject = (object: JsonObject, steps: string[]): JsonObject =>
    Object.fromEntries(
      Object.entries(object)
        .filter(([, member]) => member !== null)
        .map(([key, member]) => [key, walk(member, [...steps, key])]),
    );
  return walkObject(properties, []);
}

function sortItems(items: Json[]): Json[] {
  return items
    .map((item) => ({ item, key: canonicalJson(item) }))
    .sort((a, b) => byCodeUnits(a.key, b.key))
    .map(({ item }) => item);
}

function encodeSegment(name: string): string {
  const characters = [...name];
  return characters
    .map((character, index) => (isPlainAt(characters, index) ? character : encode(character)))
    .join('');
}

// A leading dot hides a file, and spaces at the ends are lost on Windows.
function isPlainAt(characters: string[], index: number): boolean {
  const character = characters[index] ?? '';
  const isEnd = index === 0 || index === characters.length - 1;
  return (
    PLAIN.test(character) &&
    character === character.normalize('NFC') &&
    !(isEnd && character === ' ') &&
    !(index === 0 && character === '.')
  );
}

function encode(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A name that somebody typed with a bare "%": taken as it stands.
    return segment;
  }
}

/**
 * How a file names another object instead of its id: `${MSGraph:Groups:All employees}`. It stands only where the
 * table of types says that ids stand; in a name, `%` and `}` are percent-encoded.
 */
import { isJsonObject, type Json, type JsonObject } from './canonical-json.ts';
import { typeThatBegins } from './configuration-types.ts';
import type { ConfigurationType } from './types/configuration-type.ts';

export type ObjectName = { configurationType: string; displayName: string };

const REFERENCE = /\$\{([^${}]+)\}/g;
const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

export const keyOfObject = ({ configurationType, displayName }: ObjectName) =>
  `${configurationType}:${displayName}`;

export const referenceTo = (name: ObjectName) =>
  `\${${keyOfObject(name).replace(/[%{}$]/g, (mark) => encodeURIComponent(mark).replace('$', '%24'))}}`;

/** Every object that this one names, each once. */
export function referencesOf(type: ConfigurationType, properties: JsonObject): ObjectName[] {
  const found = new Map<string, ObjectName>();
  replaceTexts(type, properties, (text) =>
    replaceReferences(text, (name) => {
      found.set(keyOfObject(name), name);
      return '';
    }),
  );
  return [...found.values()];
}

/** Names become what `idOf` says. */
export const withIds = (
  type: ConfigurationType,
  properties: JsonObject,
  idOf: (name: ObjectName) => string,
) => replaceTexts(type, properties, (text) => replaceReferences(text, idOf));

/** Ids that `nameOf` knows become references; others stay: roles, users and built-in objects have the same id everywhere, or are no configuration. */
export const withNames = (
  type: ConfigurationType,
  properties: JsonObject,
  nameOf: (id: string, type: string) => ObjectName | null,
) =>
  replaceTexts(type, properties, (text, to) =>
    text.replace(GUID, (id) => {
      const name = nameOf(id, to);
      return name ? referenceTo(name) : id;
    }),
  );

/** Also where no table says that there is one. Texts like `${ResourceContext:…}` are no references. */
export function replaceReferences(text: string, replacement: (name: ObjectName) => string): string {
  return text.replace(REFERENCE, (whole, inner: string) => {
    const name = readReference(inner);
    return name ? replacement(name) : whole;
  });
}

function readReference(inner: string): ObjectName | null {
  const configurationType = typeThatBegins(inner);
  if (configurationType === null || inner === configurationType) return null;
  const encoded = inner.slice(configurationType.length + 1);
  return { configurationType, displayName: encoded.replace(/%(25|7B|7D|24)/g, decodeURIComponent) };
}

function replaceTexts(
  { references }: ConfigurationType,
  properties: JsonObject,
  replace: (text: string, to: string) => string,
): JsonObject {
  if (references.length === 0) return properties;
  const targets = new Map(references.map(({ path, to }) => [path.replaceAll('[]', '.[]'), to]));
  const walk = (value: Json, steps: string[]): Json => {
    if (typeof value === 'string') {
      const to = targets.get(steps.join('.'));
      return to === undefined ? value : replace(value, to);
    }
    if (Array.isArray(value)) return value.map((item) => walk(item, [...steps, '[]']));
    return isJsonObject(value) ? walkObject(value, steps) : value;
  };
  const walkObject = (object: JsonObject, steps: string[]): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([key, member]) => [key, walk(member, [...steps, key])]));
  return walkObject(properties, []);
}

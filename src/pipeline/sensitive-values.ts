/** Values that nobody may see: masked for people, hashed for digests. */
import { createHmac } from 'node:crypto';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from './canonical-json.ts';
import { matchesPath } from './configuration-types.ts';
import type { ConfigurationType } from './types/configuration-type.ts';

export const MASK = '***';
export const MASK_OF_A_CHANGE = '*** (changed)';

/** Both sides with their sensitive values masked; a value that differs is still seen to differ. */
export function maskPair(
  type: ConfigurationType,
  before: JsonObject | null,
  after: JsonObject | null,
): { before: JsonObject | null; after: JsonObject | null } {
  const left = before && replaceSensitive(type, before, () => MASK);
  const right =
    after &&
    replaceSensitive(type, after, (value, steps) =>
      before !== null && canonicalJson(valueAt(before, steps) ?? null) !== canonicalJson(value)
        ? MASK_OF_A_CHANGE
        : MASK,
    );
  return { before: left, after: right };
}

/** Sensitive values become keyed hashes: equal values stay equal, and nobody without the key can guess them. */
export function hashSensitive(type: ConfigurationType, object: JsonObject, key: Buffer): JsonObject {
  return replaceSensitive(type, object, (value) => keyedHash(key, canonicalJson(value)));
}

export const keyedHash = (key: Buffer, text: string) =>
  `hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`;

type Step = string | number;

function replaceSensitive(
  type: ConfigurationType,
  object: JsonObject,
  replacement: (value: Json, steps: Step[]) => string,
): JsonObject {
  const walk = (value: Json, steps: Step[]): Json => {
    if (isSensitive(type, steps)) return replacement(value, steps);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...steps, index]));
    return isJsonObject(value) ? walkObject(value, steps) : value;
  };
  const walkObject = (members: JsonObject, steps: Step[]): JsonObject =>
    Object.fromEntries(Object.entries(members).map(([key, member]) => [key, walk(member, [...steps, key])]));
  return type.sensitivePaths.length === 0 ? object : walkObject(object, []);
}

export const isSensitive = (type: ConfigurationType, steps: readonly Step[]) =>
  matchesPath(
    type.sensitivePaths,
    steps.map((step) => (typeof step === 'number' ? '[]' : step)),
  );

function valueAt(root: Json, steps: readonly Step[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step];
    else if (isJsonObject(value) && typeof step === 'string')
      value = Object.hasOwn(value, step) ? value[step] : undefined;
    else return undefined;
  }
  return value;
}

import { byCodeUnits, canonicalJson, isJsonObject, type Json, type JsonObject } from './canonical-json.ts';
import type { ConfigurationType } from './types/configuration-type.ts';
import { isSensitive, maskPair } from './sensitive-values.ts';

/** `before` and `after` are JSON texts, null where the property does not exist; both null when sensitive. */
export type PropertyDifference = {
  path: string;
  before: string | null;
  after: string | null;
  isSensitive: boolean;
};

type Step = string | number;
type Pair = { before: Json | undefined; after: Json | undefined };

/**
 * The properties that differ, each at the deepest place that tells it apart: objects by key, lists of objects of
 * equal length by index, any other list as a whole. Ordered by path; unordered lists must be sorted already.
 */
export function propertyDifferences(
  type: ConfigurationType,
  before: JsonObject,
  after: JsonObject,
): PropertyDifference[] {
  const masked = maskPair(type, before, after);
  const found: PropertyDifference[] = [];
  const walk = (pair: Pair, steps: Step[]): void => {
    if (textOf(pair.before) === textOf(pair.after)) return;
    const path = pathText(steps);
    if (isSensitive(type, steps)) found.push({ path, before: null, after: null, isSensitive: true });
    else if (isJsonObject(pair.before) && isJsonObject(pair.after))
      walkObjects(pair.before, pair.after, steps);
    else if (areListsOfObjects(pair)) walkLists(pair.before, pair.after, steps);
    else found.push({ path, before: textOf(pair.before), after: textOf(pair.after), isSensitive: false });
  };
  const walkObjects = (left: JsonObject, right: JsonObject, steps: Step[]): void => {
    for (const key of [...new Set([...Object.keys(left), ...Object.keys(right)])].sort(byCodeUnits)) {
      walk({ before: own(left, key), after: own(right, key) }, [...steps, key]);
    }
  };
  const walkLists = (left: JsonObject[], right: JsonObject[], steps: Step[]): void => {
    left.forEach((item, index) => walk({ before: item, after: right[index] }, [...steps, index]));
  };
  // The masked pair differs exactly where the real one does, so nothing below ever holds a sensitive value.
  walkObjects(masked.before ?? {}, masked.after ?? {}, []);
  return found;
}

const own = (object: JsonObject, key: string) => (Object.hasOwn(object, key) ? object[key] : undefined);
const textOf = (value: Json | undefined) => (value === undefined ? null : canonicalJson(value));

function areListsOfObjects(pair: Pair): pair is { before: JsonObject[]; after: JsonObject[] } {
  const { before, after } = pair;
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return false;
  return [...before, ...after].every(isJsonObject);
}

/** `conditions.users.excludeGroups`, `scheduledActions[0].type`, `["@odata.type"]`. */
function pathText(steps: readonly Step[]): string {
  return steps
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

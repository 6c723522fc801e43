/** Generated edits of a configuration: the same ones for the same seed. */
import { fileOf, pathOf } from '../../../src/pipeline/configuration-file.ts';
import { referenceTo } from '../../../src/pipeline/references.ts';
import type { ConfigurationObject } from '../../../src/pipeline/stage.ts';

const GROUPS = 'MSGraph:Groups';
const POLICIES = 'MSGraph:ConditionalAccess:Policies';
const LOCATIONS = 'MSGraph:ConditionalAccess:NamedLocations';
const METHODS = 'MSGraph:Policies:AuthenticationMethodsPolicy';

type Edits = Record<string, string | null>;
type Properties = Record<string, unknown>;
type Random = (below: number) => number;

/** mulberry32: the same numbers for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Some files changed, removed, and added with references among them. */
export function randomEdits(configuration: readonly ConfigurationObject[], seed: number): Edits {
  const random = randomFrom(seed);
  const edits: Edits = {};
  for (const object of configuration) {
    if (random(4) > 0) continue;
    const properties = changed(object, random);
    if (properties === null) edits[fileOf(object).path] = null;
    else if (properties) edits[fileOf(object).path] = fileOf({ ...object, properties }).content;
  }
  for (let made = random(4); made > 0; made -= 1) Object.assign(edits, newObjects(made));
  return edits;
}

/** null: it goes; undefined: it stays as it is. */
function changed(object: ConfigurationObject, random: Random): Properties | null | undefined {
  const properties = structuredClone(object.properties);
  const type = object.configurationType;
  if (type === POLICIES) return random(3) === 0 ? null : changedPolicy(properties, random);
  if (type === METHODS) return changedMethods(properties, random);
  if (type.startsWith('MSGraph:Intune:')) return changedAssignments(properties, random);
  if (!('description' in properties) || type.startsWith('MSGraph:Policies')) return undefined;
  return {
    ...properties,
    description: random(3) === 0 ? null : `Nr. ${random(1000)} – "ü" \\ ${'${x}'} %7D`,
  };
}

function changedPolicy(properties: Properties, random: Random): Properties {
  const persistent = { persistentBrowser: { mode: 'never', isEnabled: true } };
  return {
    ...properties,
    state: ['enabled', 'disabled'][random(2)],
    ...(random(2) === 0 ? { sessionControls: persistent } : {}),
  };
}

function changedMethods(properties: Properties, random: Random): Properties {
  const methods = properties.authenticationMethodConfigurations as Properties[];
  const changedOnes = methods.map((method) =>
    random(2) === 0 ? { ...method, state: ['enabled', 'disabled'][random(2)] } : method,
  );
  return { ...properties, authenticationMethodConfigurations: changedOnes };
}

function changedAssignments(properties: Properties, random: Random): Properties | null {
  if (random(5) === 0) return null;
  const all = { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } };
  return { ...properties, assignments: random(2) === 0 ? [] : [all] };
}

function newObjects(number: number): Edits {
  const name = `Z: 100 % {new} $${number} ü/ö`;
  const reference = (configurationType: string) => referenceTo({ configurationType, displayName: name });
  const objects: ConfigurationObject[] = [
    {
      configurationType: POLICIES,
      displayName: `A new policy ${number}`,
      properties: {
        displayName: `A new policy ${number}`,
        state: 'disabled',
        conditions: {
          users: { includeGroups: [reference(GROUPS)] },
          locations: { includeLocations: [reference(LOCATIONS)] },
        },
      },
    },
    {
      configurationType: LOCATIONS,
      displayName: name,
      properties: {
        '@odata.type': '#microsoft.graph.ipNamedLocation',
        displayName: name,
        isTrusted: false,
        ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: `10.0.${number}.0/24` }],
      },
    },
    {
      configurationType: GROUPS,
      displayName: name,
      properties: {
        displayName: name,
        mailEnabled: false,
        mailNickname: `z${number}`,
        securityEnabled: true,
      },
    },
  ];
  return Object.fromEntries(objects.map(fileOf).map(({ path, content }) => [path, content]));
}

export const pathsOf = (entries: readonly { configurationType: string; displayName: string }[]) => [
  ...new Set(entries.map(({ configurationType, displayName }) => pathOf(configurationType, displayName))),
];

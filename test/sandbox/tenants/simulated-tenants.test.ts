import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configurationTypeOf, CONFIGURATION_TYPES } from '../../../src/pipeline/configuration-types.ts';
import { fileOf, parseProperties } from '../../../src/pipeline/configuration-file.ts';
import { keyOfObject, referencesOf } from '../../../src/pipeline/references.ts';
import { fleetOf } from '../../../src/sandbox/tenants/fleet.ts';
import { tenantConfiguration } from '../../../src/sandbox/tenants/configuration/tenant-configuration.ts';
import {
  openSimulatedTenants,
  type SimulatedTenants,
} from '../../../src/sandbox/tenants/simulated-tenants.ts';

const OWN = 'directory-a';
const POLICY = {
  configurationType: 'MSGraph:ConditionalAccess:Policies',
  displayName: 'Block legacy authentication',
};
const objects = tenantConfiguration({
  company: 'Contoso',
  domain: 'contoso.example',
  countries: ['DE'],
  size: 'large',
});

let dataFolder: string;
let tenants: SimulatedTenants;

/** Tokens of this test are `directory:holder`. */
const readToken = (token: string) => {
  const [directoryId = '', holder = ''] = token.split(':');
  return Promise.resolve(holder ? { directoryId, holder } : null);
};

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'sandbox-tenants-'));
  tenants = await openSimulatedTenants(dataFolder, readToken);
  tenants.add({ directoryId: OWN, displayName: 'A', domain: 'a.example', objects });
});
afterEach(async () => {
  await tenants.flush();
  await rm(dataFolder, { recursive: true, force: true });
});

test('hold believable configuration of every type, each object under a name of its own', () => {
  const types = new Set(objects.map(({ configurationType }) => configurationType));
  expect([...types].sort()).toEqual(CONFIGURATION_TYPES.map(({ type }) => type).sort());
  expect(new Set(objects.map((object) => fileOf(object).path)).size).toBe(objects.length);
  const sensitive = objects.filter(({ configurationType, properties }) =>
    configurationTypeOf(configurationType).sensitivePaths.some((path) => path in properties),
  );
  expect(sensitive.map(({ displayName }) => displayName)).toEqual(['Contoso Wi-Fi']);
});

test.each(['small', 'medium', 'large'] as const)('refer only to what they have, when they are %s', (size) => {
  const all = tenantConfiguration({ company: 'A', domain: 'a.example', countries: ['DE'], size });
  const names = new Set(all.map(keyOfObject));
  const named = all.flatMap((object) => {
    const properties = parseProperties('x', fileOf(object).content);
    return referencesOf(configurationTypeOf(object.configurationType), properties).map(keyOfObject);
  });
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !names.has(name))).toEqual([]);
});

test('make a showcase of at least twelve in two organisations, of both ways to sign in', () => {
  const fleet = fleetOf('showcase').map(({ blueprint }) => blueprint);
  expect(fleet.length).toBeGreaterThanOrEqual(12);
  expect(new Set(fleet.map(({ organization }) => organization)).size).toBe(2);
  expect(new Set(fleet.map(({ directoryId }) => directoryId)).size).toBe(fleet.length);
  expect(new Set(fleet.map(({ authentication }) => authentication))).toEqual(
    new Set(['application', 'delegated']),
  );
  for (const { baseline, files } of fleet) {
    expect(files.size).toBeGreaterThanOrEqual(15);
    if (baseline !== null) expect(fleet.map(({ repository }) => repository)).toContain(baseline);
  }
});

test('open to nobody with a token of nowhere, or of a directory that is not here', async () => {
  expect(await tenants.open('nonsense')).toBeNull();
  expect(await tenants.open('directory-b:API')).toBeNull();
});

test('are written through a token, remember who wrote, and keep it over a restart', async () => {
  const open = await tenants.open(`${OWN}:API`);
  open?.write('removed', { ...POLICY, properties: {} });
  open?.write('created', { ...POLICY, properties: { state: 'disabled' } });
  open?.write('updated', { ...POLICY, properties: { state: 'enabled' } });
  expect(() => open?.write('created', { ...POLICY, properties: {} })).toThrow('already exists');
  await tenants.flush();
  const reopened = await openSimulatedTenants(dataFolder, readToken);
  reopened.add({ directoryId: OWN, displayName: 'A', domain: 'a.example', objects });
  expect(
    reopened.read(OWN).find(({ displayName }) => displayName === POLICY.displayName)?.properties,
  ).toEqual({ state: 'enabled' });
  expect(reopened.ledger(OWN).map(({ action, by }) => [action, by])).toEqual([
    ['removed', 'API'],
    ['created', 'API'],
    ['updated', 'API'],
  ]);
});

test('drift by a property, an addition, a removal, and back with a reset', () => {
  const before = tenants.read(OWN);
  tenants.drift(OWN, { kind: 'set', ...POLICY, property: 'conditions.clientAppTypes', value: ['other'] });
  tenants.drift(OWN, { kind: 'add', ...POLICY, displayName: 'New', properties: { state: 'disabled' } });
  tenants.drift(OWN, { kind: 'remove', configurationType: 'MSGraph:Groups', displayName: 'Pilot users' });
  tenants.drift(OWN, { kind: 'any' });
  expect(tenants.ledger(OWN).map(({ action }) => action)).toEqual([
    'updated',
    'created',
    'removed',
    'updated',
  ]);
  const now = tenants.read(OWN);
  expect(now).toHaveLength(before.length);
  expect(
    now.find(({ displayName }) => displayName === POLICY.displayName)?.properties.conditions,
  ).toMatchObject({ clientAppTypes: ['other'] });
  tenants.reset(OWN);
  expect(tenants.read(OWN)).toEqual(before);
});

test('say what there is when a drift names what is not', () => {
  expect(() => tenants.drift(OWN, { kind: 'remove', ...POLICY, displayName: 'x' })).toThrow(
    '"Block legacy authentication"',
  );
  expect(() => tenants.drift(OWN, { kind: 'remove', configurationType: 'x', displayName: 'x' })).toThrow(
    'It has these types',
  );
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileOf } from '../../../src/pipeline/configuration-file.ts';
import { createGraphConnection } from '../../../src/pipeline/graph/graph-connection.ts';
import { referenceTo } from '../../../src/pipeline/references.ts';
import type { ConfigurationObject, TenantConnection } from '../../../src/pipeline/stage.ts';
import { tenantConfiguration } from '../../../src/sandbox/tenants/configuration/tenant-configuration.ts';
import { DIRECTORY, type GraphTenant, startGraphTenant } from './graph-tenant.ts';

const POLICIES = 'MSGraph:ConditionalAccess:Policies';
const GROUPS = 'MSGraph:Groups';
const LOCATIONS = 'MSGraph:ConditionalAccess:NamedLocations';
const configuration = tenantConfiguration({
  ...{ company: 'Contoso', domain: 'contoso.example' },
  ...{ countries: ['DE', 'NL'], size: 'large' },
});
const group = (displayName: string, more: Record<string, unknown> = {}): ConfigurationObject => ({
  configurationType: GROUPS,
  displayName,
  properties: { displayName, mailEnabled: false, mailNickname: 'x', securityEnabled: true, ...more },
});
const policyFor = (displayName: string, groupName: string): ConfigurationObject => ({
  configurationType: POLICIES,
  displayName,
  properties: {
    displayName,
    state: 'disabled',
    conditions: {
      users: { includeGroups: [referenceTo({ configurationType: GROUPS, displayName: groupName })] },
    },
  },
});

let tenant: GraphTenant;
let connection: TenantConnection;
beforeEach(async () => {
  tenant = await startGraphTenant(configuration);
  connection = tenant.connect();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const filesOf = (objects: ConfigurationObject[]) =>
  new Map(objects.map(fileOf).map((file) => [file.path, file.content]));
const find = async (type: string, name: string) => (await connection.read(type, name))?.properties;

describe('reading a tenant', () => {
  test('gives the same files as its configuration: names for ids, nothing that the service made', async () => {
    expect(filesOf(await connection.readAll())).toEqual(filesOf(configuration));
  });

  test('takes two requests for all types, and follows pages', async () => {
    await connection.readAll();
    expect(tenant.graph.counts()).toMatchObject({ requests: 2, calls: 12 });
    tenant.graph.behave({ pageSize: 3 });
    expect(filesOf(await connection.readAll())).toEqual(filesOf(configuration));
  });

  test('waits as long as Graph asks, and asks again only for what was refused', async () => {
    tenant.graph.behave({ throttleEvery: 4, retryAfterSeconds: 0.05 });
    expect(filesOf(await connection.readAll())).toEqual(filesOf(configuration));
    expect(tenant.graph.counts().throttled).toBeGreaterThan(0);
  });

  test.each([
    ['of another tenant', () => tenant.foreignToken, 'sign in with an account of this tenant'],
    ['that is none', () => 'nonsense', 'InvalidAuthenticationToken'],
  ])('is refused with a token %s', async (_what, token, words) => {
    await expect(tenant.connect({ token: token() }).readAll()).rejects.toMatchObject({
      code: 'TENANT_UNAVAILABLE',
    });
    await expect(tenant.connect({ token: token() }).remove(LOCATIONS, 'x')).rejects.toThrow(words);
    expect(tenant.writes()).toEqual([]);
  });

  test('ends when the run is canceled', async () => {
    const controller = new AbortController();
    tenant.graph.behave({ throttleEvery: 1, retryAfterSeconds: 60 });
    const reading = tenant.connect({ signal: controller.signal }).readAll();
    controller.abort(new Error('canceled'));
    await expect(reading).rejects.toThrow('canceled');
  });
});

describe('writing a tenant', () => {
  test('makes every configuration anew, object by object, in an empty tenant', async () => {
    await using empty = await startGraphTenant(
      configuration.filter(({ configurationType }) => configurationType.startsWith('MSGraph:Policies:')),
    );
    const fresh = empty.connect();
    for (const object of configuration)
      if (!object.configurationType.startsWith('MSGraph:Policies:')) await fresh.create(object);
    expect(filesOf(await empty.connect().readAll())).toEqual(filesOf(configuration));
  });

  test('sends only what differs, and removes what the file no longer has', async () => {
    const name = 'Require multifactor authentication for all users';
    const properties = structuredClone((await find(POLICIES, name)) ?? {});
    const conditions = properties.conditions as Record<string, unknown>;
    delete conditions.locations;
    conditions.clientAppTypes = ['browser'];
    await connection.update({ configurationType: POLICIES, displayName: name, properties });
    expect((await find(POLICIES, name))?.conditions).toEqual(conditions);
    await connection.update({ configurationType: POLICIES, displayName: name, properties });
    expect(tenant.writes()).toEqual([`updated ${name}`]);
  });

  test('assigns, schedules and switches methods by the requests that Graph has for it', async () => {
    for (const [type, name, change] of [
      ['MSGraph:Intune:CompliancePolicies', 'Windows 11 devices', { assignments: [] }],
      [
        'MSGraph:ConditionalAccess:AuthenticationStrengths',
        'Passkeys or number matching',
        { allowedCombinations: ['fido2'] },
      ],
    ] as const) {
      const properties = { ...(await find(type, name)), ...change };
      await connection.update({ configurationType: type, displayName: name, properties });
      expect(await find(type, name)).toEqual(properties);
    }
    const type = 'MSGraph:Policies:AuthenticationMethodsPolicy';
    const policy = structuredClone(await find(type, 'Authentication Methods Policy')) as {
      authenticationMethodConfigurations: { id: string; state: string }[];
    };
    for (const method of policy.authenticationMethodConfigurations)
      if (method.id === 'Sms') method.state = 'enabled';
    await connection.update({
      configurationType: type,
      displayName: 'Authentication Methods Policy',
      properties: policy,
    });
    expect(await find(type, 'Authentication Methods Policy')).toEqual(policy);
  });

  test('waits for a new object that Graph does not know everywhere yet', async () => {
    tenant.graph.behave({ inconsistentForMs: 400 });
    await connection.create(group('Partners'));
    await connection.create(policyFor('For partners', 'Partners'));
    expect(tenant.writes()).toEqual(['created Partners', 'created For partners']);
  });

  test('waits while Graph is busy, and writes once', async () => {
    await connection.readAll();
    tenant.graph.behave({ throttleEvery: 2, retryAfterSeconds: 0.05 });
    for (const name of ['One', 'Two', 'Three']) await connection.create(group(name));
    expect(tenant.writes()).toEqual(['created One', 'created Two', 'created Three']);
  });

  test('names the object that a reference does not find', async () => {
    await expect(connection.create(policyFor('For nobody', 'Nobody'))).rejects.toThrow(
      'refers to MSGraph:Groups "Nobody", which the tenant does not have',
    );
    expect(tenant.writes()).toEqual([]);
  });

  test('never deletes a group, unless it is told to', async () => {
    await expect(connection.remove(GROUPS, 'Pilot users')).rejects.toThrow(
      'delete "Pilot users" in the admin center',
    );
    await tenant.connect({ mayDelete: [GROUPS] }).remove(GROUPS, 'Pilot users');
    expect(tenant.writes()).toEqual(['removed Pilot users']);
  });

  test('refuses an unknown type by name', async () => {
    const odd = { configurationType: 'MSGraph:Teams', displayName: 'x', properties: {} };
    await expect(connection.create(odd)).rejects.toThrow('Configuration type MSGraph:Teams is not known');
  });

  test('never writes back what Graph shows instead of a secret', async () => {
    const type = 'MSGraph:Intune:DeviceConfigurations';
    const properties = await find(type, 'Kiosk settings');
    const masked = JSON.parse(JSON.stringify(properties).replace(/"made-up-[^"]*"/, '"****"')) as Record<
      string,
      unknown
    >;
    await expect(
      connection.update({ configurationType: type, displayName: 'Kiosk settings', properties: masked }),
    ).rejects.toThrow('Put the real value into the file');
    expect(tenant.writes()).toEqual([]);
  });

  test("passes Graph's own words on", async () => {
    tenant.tenants.refuseWrites(DIRECTORY, LOCATIONS, 'Monitoring probes', 'Licence missing.');
    await expect(connection.remove(LOCATIONS, 'Monitoring probes')).rejects.toThrow(
      /403 to DELETE .*namedLocations.*Licence missing/,
    );
  });
});

test('A token never goes to an address that is neither https nor this machine', () => {
  const { signal } = new AbortController();
  const access = {
    tokens: { get: () => Promise.resolve('t') },
    directoryId: DIRECTORY,
    signal,
    log: () => undefined,
    mayDelete: new Set<string>(),
  };
  expect(() => createGraphConnection({ ...access, baseUrl: 'http://graph.example/v1.0' })).toThrow(
    'use https',
  );
});

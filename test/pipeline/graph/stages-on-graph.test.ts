import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileOf, pathOf } from '../../../src/pipeline/configuration-file.ts';
import {
  CHANGE_SET_ATTACHMENT,
  type ChangeResult,
  type ChangeSetAttachment,
  RESULTS_ATTACHMENT,
  type ResultsAttachment,
} from '../../../src/pipeline/contract.ts';
import { referenceTo } from '../../../src/pipeline/references.ts';
import type { ConfigurationObject } from '../../../src/pipeline/stage.ts';
import { tenantConfiguration } from '../../../src/sandbox/tenants/configuration/tenant-configuration.ts';
import { MemoryRepository, Pipeline } from '../memory.ts';
import { DIRECTORY, type GraphTenant, startGraphTenant } from './graph-tenant.ts';
import { pathsOf, randomEdits } from './random-configuration.ts';

const GROUPS = 'MSGraph:Groups';
const POLICIES = 'MSGraph:ConditionalAccess:Policies';
const LOCATIONS = 'MSGraph:ConditionalAccess:NamedLocations';
const configuration = tenantConfiguration({
  ...{ company: 'Contoso', domain: 'contoso.example' },
  ...{ countries: ['DE', 'NL'], size: 'large' },
});

let tenant: GraphTenant;
let repository: MemoryRepository;
beforeEach(async () => {
  tenant = await startGraphTenant(configuration);
  repository = new MemoryRepository();
});
afterEach(() => tenant[Symbol.asyncDispose]());

/** A run of its own, as every sync is. */
const newRun = () => new Pipeline(repository, tenant.connect());
const edit = (files: Record<string, string | null>) =>
  repository.push('main', new Map(Object.entries(files)));
const file = (configurationType: string, displayName: string, properties: Record<string, unknown>) =>
  fileOf({ configurationType, displayName, properties: { displayName, ...properties } });
const location = (name: string, cidrAddress = '192.0.2.0/24') =>
  file(LOCATIONS, name, {
    '@odata.type': '#microsoft.graph.ipNamedLocation',
    isTrusted: false,
    ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress }],
  });
const groupFile = (name: string, more: Record<string, unknown> = {}) =>
  file(GROUPS, name, { mailEnabled: false, mailNickname: 'x', securityEnabled: true, ...more });
const policyFile = (name: string, locationName: string) =>
  file(POLICIES, name, {
    state: 'disabled',
    conditions: {
      locations: {
        includeLocations: [referenceTo({ configurationType: LOCATIONS, displayName: locationName })],
      },
    },
  });
const asEdit = ({ path, content }: { path: string; content: string }) => ({ [path]: content });

const allOf = (locations: string[]) =>
  Object.fromEntries(locations.map((name) => location(name)).map(({ path, content }) => [path, content]));

async function sync(): Promise<{ changes: ChangeSetAttachment['changes']; results: ChangeResult[] }> {
  const run = newRun();
  if (!(await run.look())) return { changes: [], results: [] };
  await run.run('DEPLOY').catch(() => undefined);
  return {
    changes: (run.attached(CHANGE_SET_ATTACHMENT.type) as ChangeSetAttachment).changes,
    results: (run.attached(RESULTS_ATTACHMENT.type) as ResultsAttachment).results,
  };
}
const resultOf = (results: ChangeResult[], path: string) => results.find((result) => result.path === path);

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'A deployed configuration is backed up as the same files, writes what was previewed, and nothing twice (seed %i)',
  async (seed) => {
    await newRun().run('BACKUP');
    edit(randomEdits(configuration, seed));
    const desired = repository.files('main');
    const { changes = [], results } = await sync();
    expect(results.filter(({ result }) => result !== 'APPLIED')).toEqual([]);
    const written = pathsOf(tenant.tenants.ledger(DIRECTORY));
    expect(written.sort()).toEqual(changes.map(({ path }) => path).sort());

    const before = tenant.writes().length;
    expect((await sync()).changes).toEqual([]);
    expect(tenant.writes()).toHaveLength(before);
    expect(repository.files('tenant-state')).toEqual(desired);
    expect(repository.files('main')).toEqual(desired);
  },
);

test('A thousand objects are backed up with a bounded number of requests, and little memory', async () => {
  const many: ConfigurationObject[] = Array.from({ length: 1000 }, (_, number) => ({
    configurationType: GROUPS,
    displayName: `Group ${number}`,
    properties: {
      displayName: `Group ${number}`,
      mailEnabled: false,
      mailNickname: `g${number}`,
      securityEnabled: true,
    },
  }));
  await using large = await startGraphTenant([...configuration, ...many]);
  const run = new Pipeline(repository, large.connect());
  const heapBefore = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  await run.run('BACKUP');
  const { requests, calls } = large.graph.counts();
  const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20;
  console.log(
    `Backup of ${many.length + configuration.length} objects: ${requests} HTTP requests (${calls} calls), ` +
      `${Math.round(performance.now() - startedAt)} ms, heap +${heapMb.toFixed(1)} MB`,
  );
  expect(repository.files('tenant-state').size).toBe(many.length + configuration.length);
  expect(requests).toBeLessThanOrEqual(4);
  expect(heapMb).toBeLessThan(150);
});

test('A deploy that is killed half-way ends right when it is run again', async () => {
  await newRun().run('BACKUP');
  edit(allOf(['A', 'B', 'C', 'D']));
  const killed = newRun();
  const create = killed.tenant.create.bind(killed.tenant);
  let writes = 0;
  killed.tenant.create = (object) => {
    writes += 1;
    return writes > 2 ? new Promise(() => undefined) : create(object);
  };
  await killed.look();
  void killed.run('DEPLOY');
  await expect.poll(() => writes).toBe(3);

  const again = newRun();
  again.attachments = killed.attachments;
  await again.run('DEPLOY');
  const { results } = again.attached(RESULTS_ATTACHMENT.type) as ResultsAttachment;
  expect(results.map(({ result }) => result)).toEqual(['SKIPPED', 'SKIPPED', 'APPLIED', 'APPLIED']);
  expect(tenant.writes()).toEqual(['created A', 'created B', 'created C', 'created D']);
  expect((await sync()).changes).toEqual([]);
});

test('What cannot be written is reported by name, and everything else is written', async () => {
  await newRun().run('BACKUP');
  const names = Array.from({ length: 20 }, (_, number) => `Location ${number}`);
  const circle = (name: string, other: string) =>
    groupFile(name, {
      groupTypes: ['DynamicMembership'],
      membershipRule: `user.memberof -any (group.objectId -in ['${referenceTo({ configurationType: GROUPS, displayName: other })}'])`,
    });
  const [one, two] = [circle('Hen', 'Egg'), circle('Egg', 'Hen')];
  const lost = policyFile('Lost', 'Nowhere');
  const unknown = file('MSGraph:Teams:Policies', 'Chat', { isEnabled: true });
  const broken = pathOf(LOCATIONS, 'Broken');
  edit({
    ...allOf(names),
    ...asEdit(one),
    ...asEdit(two),
    ...asEdit(lost),
    ...asEdit(unknown),
    [broken]: '{ "displayName": ',
    [pathOf(GROUPS, 'Executive board')]: null,
  });
  tenant.tenants.refuseWrites(DIRECTORY, LOCATIONS, 'Location 7', 'This range is reserved.');
  const desired = repository.files('main');
  const { results } = await sync();
  expect(resultOf(results, pathOf(LOCATIONS, 'Location 7'))?.error).toContain('This range is reserved.');
  for (const { path } of [one, two]) expect(resultOf(results, path)?.error).toContain('in a circle');
  expect(resultOf(results, one.path)?.error).toContain('"Hen"');
  expect(resultOf(results, lost.path)?.error).toContain('MSGraph:ConditionalAccess:NamedLocations "Nowhere"');
  expect(resultOf(results, unknown.path)?.error).toContain('MSGraph:Teams:Policies is not known');
  expect(resultOf(results, broken)?.error).toContain('is not a configuration file');
  expect(resultOf(results, pathOf(GROUPS, 'Executive board'))?.error).toContain('are not deleted by a sync');
  expect(results.filter(({ result }) => result === 'APPLIED')).toHaveLength(19);

  // The next backup loses nothing of main either.
  await newRun().run('BACKUP');
  expect(repository.files('main')).toEqual(desired);
});

test('An object that somebody changes during the deploy is left alone', async () => {
  await newRun().run('BACKUP');
  edit({
    ...asEdit(location('New')),
    [pathOf(LOCATIONS, 'Monitoring probes')]: location('Monitoring probes').content,
  });
  const run = newRun();
  const create = run.tenant.create.bind(run.tenant);
  run.tenant.create = async (object) => {
    await create(object);
    const drift = {
      configurationType: LOCATIONS,
      displayName: 'Monitoring probes',
      property: 'isTrusted',
      value: false,
    };
    tenant.tenants.drift(DIRECTORY, { kind: 'set', ...drift });
  };
  await run.look();
  await run.run('DEPLOY');
  const { results } = run.attached(RESULTS_ATTACHMENT.type) as ResultsAttachment;
  expect(resultOf(results, pathOf(LOCATIONS, 'New'))?.result).toBe('APPLIED');
  expect(resultOf(results, pathOf(LOCATIONS, 'Monitoring probes'))?.error).toContain(
    'was changed in the tenant after the preview',
  );
});

test('A deploy waits until the tenant lists what it created', async () => {
  await newRun().run('BACKUP');
  edit(asEdit(location('Late')));
  tenant.graph.behave({ inconsistentForMs: 500 });
  await sync();
  expect((await sync()).changes).toEqual([]);
  expect(repository.files('main').has(pathOf(LOCATIONS, 'Late'))).toBe(true);
});

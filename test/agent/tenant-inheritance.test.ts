import { afterEach, beforeEach, expect, test } from 'vitest';
import { azureRepository } from '../../src/agent/azure-repository.ts';
import { readInheritance } from '../../src/agent/tenant-inheritance.ts';
import { fileOf } from '../../src/pipeline/configuration-file.ts';
import {
  BLUEPRINT,
  KEY,
  openTestWorld,
  serviceToken,
  type TestWorld,
} from '../sandbox/azure-devops/world.ts';

const BASELINE_KEY = { ...KEY, repository: 'baseline' };
const DOWNSTREAM_KEY = { ...KEY, repository: 'downstream' };
const { path, content } = fileOf({
  configurationType: 'MSGraph:Groups',
  displayName: 'Guests',
  properties: { displayName: 'Guests' },
});

let sandbox: TestWorld;
beforeEach(async () => {
  sandbox = await openTestWorld();
  const { world } = sandbox;
  await world.addTenant({ ...BLUEPRINT, ...BASELINE_KEY, files: new Map([[path, content]]) });
  await world.addTenant({ ...BLUEPRINT, ...DOWNSTREAM_KEY, baseline: 'baseline', takesBaseline: true });
});
afterEach(() => sandbox[Symbol.asyncDispose]());

async function inheritance() {
  const place = {
    organizationUrl: sandbox.organizationUrl,
    accessToken: serviceToken,
    signal: new AbortController().signal,
    project: KEY.project,
    repository: DOWNSTREAM_KEY.repository,
  };
  const repository = azureRepository(place);
  return readInheritance(place, repository, (await repository.head('main')) ?? '');
}
const edit = async (file: string, change: (text: string) => string) => {
  const text = (await sandbox.world.readFile(DOWNSTREAM_KEY, 'main', file)) ?? '';
  await sandbox.world.editFile(DOWNSTREAM_KEY, file, change(text), 'Edit');
};

test('A tenant has the commit of its baseline that it holds, until it follows a branch', async () => {
  await sandbox.world.editFile(BASELINE_KEY, path, content.replace('Guests"', 'Guests", "x": 1'), 'Newer');
  expect((await inheritance()).baseline.get(path)).toBe(content);
  await edit('.gitmodules', (text) => `${text}\tbranch = main\n`);
  expect((await inheritance()).baseline.get(path)).toContain('"x": 1');
});

test('Every tenant has values for its names, and those of its own', async () => {
  await edit('tenant.json', (text) => text.replace('{', '{ "variables": { "HelpDesk": "+49 30 1" },'));
  expect((await inheritance()).variables).toEqual({
    HelpDesk: '+49 30 1',
    TenantDomainName: BLUEPRINT.domain,
    TenantDisplayName: BLUEPRINT.displayName,
    TenantId: BLUEPRINT.directoryId,
  });
});

test('A tenant that says so takes nothing', async () => {
  await edit('tenant.json', (text) => text.replace('{', '{ "takesBaseline": false,'));
  expect((await inheritance()).baseline.size).toBe(0);
});

test.each([
  ['elsewhere', 'https://evil.example/contoso/Tenants/_git/baseline', 'is not below'],
  ['without a repository', '../nothing', '404'],
])('A baseline %s is refused by its address', async (_what, url, words) => {
  await edit('.gitmodules', (text) => text.replace(/url = .*/, `url = ${url}`));
  await expect(inheritance()).rejects.toThrow(words);
});

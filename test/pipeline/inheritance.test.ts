import { beforeEach, expect, test } from 'vitest';
import { fileOf, pathOf } from '../../src/pipeline/configuration-file.ts';
import {
  CHANGE_SET_ATTACHMENT,
  type ChangeSetAttachment,
  RESULTS_ATTACHMENT,
} from '../../src/pipeline/contract.ts';
import { desiredFiles, EXCLUSION, type Inheritance } from '../../src/pipeline/inheritance.ts';
import type { ConfigurationObject } from '../../src/pipeline/stage.ts';
import { MemoryRepository, MemoryTenant, Pipeline } from './memory.ts';

const LOCATIONS = 'MSGraph:ConditionalAccess:NamedLocations';
const object = (displayName: string, more: Record<string, unknown> = {}): ConfigurationObject => ({
  configurationType: LOCATIONS,
  displayName,
  properties: { displayName, ...more },
});
const file = (name: string, more: Record<string, unknown> = {}) => fileOf(object(name, more));
const filesOf = (...files: { path: string; content: string }[]) =>
  new Map(files.map(({ path, content }) => [path, content]));
const path = (name: string) => pathOf(LOCATIONS, name);

const VARIABLES = { TenantDomainName: 'contoso.example', Quote: 'a "quoted" \\ text' };
const BASELINE = filesOf(
  file('Offices', { note: 'of ${ResourceContext:TenantDomainName}', isTrusted: true }),
  file('Partners', { isTrusted: false }),
);

let tenant: MemoryTenant;
let repository: MemoryRepository;
let inheritance: Inheritance;
beforeEach(() => {
  tenant = new MemoryTenant([object('Own')]);
  repository = new MemoryRepository();
  inheritance = { baseline: BASELINE, variables: VARIABLES };
});

async function sync() {
  const run = new Pipeline(repository, tenant);
  run.inheritance = inheritance;
  if (await run.look()) await run.run('DEPLOY').catch(() => undefined);
  return {
    changes: (run.attached(CHANGE_SET_ATTACHMENT.type) as ChangeSetAttachment).changes ?? [],
    changeSet: run.attached(CHANGE_SET_ATTACHMENT.type) as ChangeSetAttachment,
    results: run.attached(RESULTS_ATTACHMENT.type) as { results: { error?: string }[] } | null,
  };
}
const own = () => repository.files('main');

test('A tenant has what it does not override, without what it excludes, and with its own values', () => {
  const files = desiredFiles(
    filesOf(
      file('Own', { note: '${ResourceContext:Quote} ${ResourceContext:Missing}' }),
      { path: path('Partners'), content: EXCLUSION },
      { path: 'README.md', content: 'x' },
    ),
    inheritance,
  );
  expect([...files.keys()].sort()).toEqual([path('Offices'), path('Own')]);
  expect(JSON.parse(files.get(path('Offices')) ?? '')).toMatchObject({ note: 'of contoso.example' });
  expect(JSON.parse(files.get(path('Own')) ?? '')).toMatchObject({
    note: 'a "quoted" \\ text ${ResourceContext:Missing}',
  });
});

test('What the baseline has is previewed and deployed with values filled in, and once', async () => {
  const { changes, changeSet } = await sync();
  expect(changes.map(({ kind, displayName }) => [kind, displayName])).toEqual([
    ['ADDED', 'Offices'],
    ['ADDED', 'Partners'],
  ]);
  expect(changeSet.desiredSha).toBe(repository.heads.get('desired-state'));
  expect(changeSet.mainSha).toBe(repository.heads.get('main'));
  expect(tenant.find('Offices').properties.note).toBe('of contoso.example');
  expect([...own().keys()]).toEqual([path('Own')]);
  expect((await sync()).changes).toEqual([]);
  expect(tenant.writes).toHaveLength(2);
});

test('What changes in the tenant becomes an override that keeps its variables, and no override when it goes back', async () => {
  await sync();
  tenant.find('Offices').properties.isTrusted = false;
  expect((await sync()).changes).toEqual([]);
  expect(JSON.parse(own().get(path('Offices')) ?? '')).toMatchObject({
    isTrusted: false,
    note: 'of ${ResourceContext:TenantDomainName}',
  });
  tenant.find('Offices').properties.isTrusted = true;
  await sync();
  expect([...own().keys()]).toEqual([path('Own')]);
});

test('What is deleted in the tenant is excluded, and does not come back', async () => {
  await sync();
  tenant.objects = tenant.objects.filter(({ displayName }) => displayName !== 'Partners');
  expect((await sync()).changes).toEqual([]);
  expect(own().get(path('Partners'))).toBe(EXCLUSION);
  expect((await sync()).changes).toEqual([]);
});

test('A newer baseline is a change to review like any other', async () => {
  await sync();
  inheritance = { ...inheritance, baseline: filesOf(file('Partners', { isTrusted: true })) };
  const { changes } = await sync();
  expect(changes.map(({ kind, displayName }) => [kind, displayName])).toEqual([
    ['REMOVED', 'Offices'],
    ['CHANGED', 'Partners'],
  ]);
  expect((await sync()).changes).toEqual([]);
});

test('A variable without a value keeps its object from being written, by name', async () => {
  inheritance = {
    baseline: filesOf(file('Offices', { note: '${ResourceContext:HelpDesk}' })),
    variables: {},
  };
  const { results } = await sync();
  expect(results?.results[0]?.error).toContain('HelpDesk');
  expect(tenant.writes).toEqual([]);
});

test('A tenant that inherits nothing is previewed from main itself', async () => {
  inheritance = { baseline: new Map(), variables: VARIABLES };
  await sync();
  repository.push('main', filesOf(file('New')));
  const { changeSet } = await sync();
  expect(changeSet.desiredSha).toBe(repository.heads.get('main'));
  expect(repository.heads.has('desired-state')).toBe(false);
});

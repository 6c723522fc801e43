import { beforeEach, expect, test } from 'vitest';
import { fileOf, pathOf } from '../../src/pipeline/configuration-file.ts';
import { compareFiles } from '../../src/pipeline/differences.ts';
import { planLines } from '../../src/pipeline/plan-text.ts';
import type { ConfigurationObject } from '../../src/pipeline/stage.ts';
import { MemoryRepository, MemoryTenant, Pipeline } from './memory.ts';

const LOCATIONS = 'MSGraph:ConditionalAccess:NamedLocations';
const PROFILES = 'MSGraph:Intune:DeviceConfigurations';
const object = (
  configurationType: string,
  displayName: string,
  more: Record<string, unknown>,
): ConfigurationObject => ({ configurationType, displayName, properties: { displayName, ...more } });
const fileMap = (...objects: ConfigurationObject[]) =>
  new Map(objects.map(fileOf).map(({ path, content }) => [path, content]));

let tenant: MemoryTenant;
let repository: MemoryRepository;
beforeEach(() => {
  tenant = new MemoryTenant([
    object(LOCATIONS, 'Berlin', { isTrusted: true }),
    object(LOCATIONS, 'Old office', {}),
    object(PROFILES, 'Wi-Fi', { preSharedKey: 'first-secret' }),
  ]);
  repository = new MemoryRepository();
});

const desire = () =>
  repository.push(
    'main',
    new Map<string, string | null>([
      ...fileMap(
        object(LOCATIONS, 'Berlin', { isTrusted: false }),
        object(LOCATIONS, 'Hamburg', {}),
        object(PROFILES, 'Wi-Fi', { preSharedKey: 'second-secret' }),
      ),
      [pathOf(LOCATIONS, 'Old office'), null],
    ]),
  );

test('A plan reads as people like to read one, and shows no secret', () => {
  const lines = planLines(
    compareFiles(
      fileMap(...tenant.objects),
      fileMap(
        object(LOCATIONS, 'Berlin', { isTrusted: false }),
        object(LOCATIONS, 'Hamburg', {}),
        object(PROFILES, 'Wi-Fi', { preSharedKey: 'second-secret' }),
      ),
    ),
  );
  expect(lines).toEqual([
    'Plan: 1 to add, 2 to change, 1 to remove.',
    '  ~ MSGraph:ConditionalAccess:NamedLocations "Berlin"',
    '      isTrusted: true → false',
    '  + MSGraph:ConditionalAccess:NamedLocations "Hamburg"',
    '  - MSGraph:ConditionalAccess:NamedLocations "Old office"',
    '  ~ MSGraph:Intune:DeviceConfigurations "Wi-Fi"',
    '      preSharedKey: (another value, which is not shown)',
  ]);
});

test('What a backup and a preview would do is told, and none of it is done', async () => {
  const dry = new Pipeline(repository, tenant);
  dry.isWhatIf = true;
  await dry.run('BACKUP');
  expect(dry.lines).toContain(`Would write ${pathOf(LOCATIONS, 'Berlin')} on tenant-state.`);
  expect(repository.heads.size).toBe(0);

  await new Pipeline(repository, tenant).run('BACKUP');
  desire();
  expect(await dry.run('PREVIEW')).toMatchObject({ changesNeeded: true });
  expect(dry.lines).toContain('Plan: 1 to add, 2 to change, 1 to remove.');
  expect([dry.attachments.size, dry.tags]).toEqual([0, []]);
});

test('What a deploy would do is told, with what would not be written and why', async () => {
  const run = new Pipeline(repository, tenant);
  await run.run('BACKUP');
  desire();
  await run.run('PREVIEW');
  tenant.find('Old office').properties.isTrusted = true;
  run.isWhatIf = true;
  await run.run('DEPLOY');
  expect(run.lines.join('\n')).toMatch(
    /Would not be written: .*Old office.json: .*changed in the tenant after/,
  );
  expect(run.lines.at(-1)).toBe('Nothing was written.');
  expect(tenant.writes).toEqual([]);
  expect(run.attached('tenant-sync.results')).toBeNull();
});

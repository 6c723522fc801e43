import { beforeEach, describe, expect, test } from 'vitest';
import { pathOf } from '../../src/pipeline/configuration-file.ts';
import {
  type ChangeSetAttachment,
  CHANGE_SET_ARTIFACT,
  CHANGE_SET_ATTACHMENT,
  ERROR_ATTACHMENT,
  type ErrorAttachment,
  PREVIEW_READY_TAG,
  RESULTS_ATTACHMENT,
  type ResultsAttachment,
} from '../../src/pipeline/contract.ts';
import { StageError } from '../../src/pipeline/stage.ts';
import { tenantConfiguration } from '../../src/sandbox/tenants/configuration/tenant-configuration.ts';
import { MemoryRepository, MemoryTenant, Pipeline } from './memory.ts';

const POLICY = 'MSGraph:ConditionalAccess:Policies';
const GROUPS = 'MSGraph:Groups';
const profile = {
  company: 'Contoso',
  domain: 'contoso.example',
  countries: ['DE', 'NL'],
  size: 'medium',
} as const;
const objects = tenantConfiguration({ ...profile, countries: [...profile.countries] });
const policyPath = pathOf(POLICY, 'Block legacy authentication');
const groupPath = pathOf(GROUPS, 'Pilot users');

let repository: MemoryRepository;
let tenant: MemoryTenant;
let pipeline: Pipeline;

beforeEach(async () => {
  repository = new MemoryRepository();
  tenant = new MemoryTenant(objects);
  pipeline = new Pipeline(repository, tenant);
  repository.push('main', new Map([['tenant.json', '{}']]));
  await pipeline.run('BACKUP');
});

const changeSet = () => pipeline.attached(CHANGE_SET_ATTACHMENT.type) as ChangeSetAttachment;
const results = () => (pipeline.attached(RESULTS_ATTACHMENT.type) as ResultsAttachment).results;
const main = (path: string) => repository.files('main').get(path);
/** Edits one file of main. */
function edit(path: string, change: (properties: Record<string, unknown>) => void) {
  const properties = JSON.parse(main(path) ?? '{}') as Record<string, unknown>;
  change(properties);
  repository.push('main', new Map([[path, JSON.stringify(properties)]]));
}
const disable = (properties: Record<string, unknown>) => void (properties.state = 'disabled');

describe('backup', () => {
  test('keeps every object as a file, on tenant-state and on an empty main', () => {
    expect(repository.files('tenant-state').size).toBe(objects.length);
    expect(repository.files('main').size).toBe(objects.length + 1);
    expect(main(policyPath)).toBe(repository.files('tenant-state').get(policyPath));
  });

  test('makes no commit when nothing changed', async () => {
    const heads = new Map(repository.heads);
    await pipeline.run('BACKUP');
    expect(repository.heads).toEqual(heads);
  });

  test('brings to main what was changed, added and removed in the tenant by hand', async () => {
    tenant.find('Block legacy authentication').properties.state = 'disabled';
    tenant.objects = tenant.objects.filter(({ displayName }) => displayName !== 'Pilot users');
    tenant.objects.push({
      configurationType: GROUPS,
      displayName: 'New: one',
      properties: { displayName: 'New: one' },
    });
    expect(await pipeline.look()).toBe(false);
    expect(main(policyPath)).toContain('"state": "disabled"');
    expect(main(groupPath)).toBeUndefined();
    expect(main(pathOf(GROUPS, 'New: one'))).toBeDefined();
  });

  test('leaves a file alone that main changed itself, so that the preview shows the conflict', async () => {
    edit(policyPath, disable);
    tenant.find('Block legacy authentication').properties.state = 'enabledForReportingButNotEnforced';
    expect(await pipeline.look()).toBe(true);
    expect(main(policyPath)).toContain('"disabled"');
    expect(changeSet().changes?.map(({ kind, path }) => [kind, path])).toEqual([['CHANGED', policyPath]]);
  });

  test('does not propose to undo a setting that somebody changes by hand after a deployment', async () => {
    edit(policyPath, disable);
    await pipeline.look();
    await pipeline.run('DEPLOY');
    tenant.find('Block legacy authentication').properties.state = 'enabledForReportingButNotEnforced';
    expect(await pipeline.look()).toBe(false);
    expect(main(policyPath)).toContain('enabledForReportingButNotEnforced');
  });

  test('is done again when somebody pushes to main meanwhile, and loses neither change', async () => {
    tenant.find('Block legacy authentication').properties.state = 'disabled';
    repository.beforeCommit = () =>
      edit(groupPath, (properties) => void (properties.description = 'Edited meanwhile.'));
    await pipeline.run('BACKUP');
    expect(main(policyPath)).toContain('"disabled"');
    expect(main(groupPath)).toContain('Edited meanwhile.');
  });

  test('keeps the notes of a file when it follows the tenant', async () => {
    edit(policyPath, (properties) => void (properties.$note = 'Ask security first.'));
    tenant.find('Block legacy authentication').properties.state = 'disabled';
    await pipeline.run('BACKUP');
    expect(main(policyPath)).toContain('Ask security first.');
    expect(main(policyPath)).toContain('"disabled"');
  });

  test('says that it failed, and writes nothing, when the tenant cannot be read', async () => {
    const heads = new Map(repository.heads);
    tenant.readAll = () => Promise.reject(new Error('Graph is away.'));
    await expect(pipeline.run('BACKUP')).rejects.toThrow('Graph is away.');
    expect(pipeline.attached(ERROR_ATTACHMENT.type)).toMatchObject({
      stage: 'BACKUP',
      code: 'UNEXPECTED',
    } satisfies Partial<ErrorAttachment>);
    expect(repository.heads).toEqual(heads);
  });
});

describe('preview', () => {
  test('needs no changes right after a backup, and says so with an empty change set', async () => {
    expect(await pipeline.look()).toBe(false);
    expect(changeSet()).toMatchObject({ version: 1, changes: [] });
    expect(pipeline.tags).toContain(PREVIEW_READY_TAG);
  });

  test('names additions, changes and removals, and nothing outside the content folder', async () => {
    edit(policyPath, disable);
    const added = pathOf(GROUPS, 'Contractors');
    repository.push(
      'main',
      new Map([
        [groupPath, null],
        [added, '{"displayName":"Contractors"}'],
        ['README.md', 'x'],
      ]),
    );
    expect(await pipeline.look()).toBe(true);
    expect(changeSet().changes).toEqual([
      {
        kind: 'CHANGED',
        configurationType: POLICY,
        path: policyPath,
        displayName: 'Block legacy authentication',
      },
      { kind: 'ADDED', configurationType: GROUPS, path: added, displayName: 'Contractors' },
      { kind: 'REMOVED', configurationType: GROUPS, path: groupPath, displayName: 'Pilot users' },
    ]);
    expect(changeSet().desiredSha).toBe(repository.heads.get('main'));
    expect(changeSet().tenantStateSha).toBe(repository.heads.get('tenant-state'));
  });

  test('moves a list that is too large for an attachment into an artifact', async () => {
    const many = Array.from(
      { length: 6000 },
      (_, index) => [pathOf(GROUPS, `Group ${'x'.repeat(60)} ${index}`), '{}'] as const,
    );
    repository.push('main', new Map(many));
    await pipeline.look();
    expect(changeSet().changes).toBeUndefined();
    expect(changeSet().artifact).toBe(CHANGE_SET_ARTIFACT);
    const whole = pipeline.artifacts.get(CHANGE_SET_ARTIFACT)?.get(CHANGE_SET_ATTACHMENT.name) ?? '{}';
    expect((JSON.parse(whole) as ChangeSetAttachment).changes).toHaveLength(6000);
  });
});

describe('deploy', () => {
  test('writes exactly the reviewed changes, creations first and deletions last', async () => {
    edit(policyPath, disable);
    repository.push(
      'main',
      new Map([
        [groupPath, null],
        [pathOf(GROUPS, 'Contractors'), '{"displayName":"Contractors"}'],
      ]),
    );
    await pipeline.look();
    pipeline.approvedDigest = changeSet().digest;
    // What main becomes after the preview was not reviewed.
    edit(pathOf(GROUPS, 'All employees'), (properties) => void (properties.description = 'Too late.'));
    expect(await pipeline.run('DEPLOY')).toEqual({ succeeded: true });
    expect(tenant.writes).toEqual([
      'create Contractors',
      'update Block legacy authentication',
      'remove Pilot users',
    ]);
    expect(results().map(({ result }) => result)).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
  });

  test('says how far it is, change by change', async () => {
    edit(policyPath, disable);
    repository.push('main', new Map([[groupPath, null]]));
    await pipeline.look();
    pipeline.approvedDigest = changeSet().digest;
    pipeline.progress = [];
    await pipeline.run('DEPLOY');
    expect(pipeline.progress).toEqual([
      '10 % Reading the tenant once more',
      '50 % 1 of 2 changes',
      '90 % 2 of 2 changes',
    ]);
  });

  test('leaves a tenant whose backup equals what was desired', async () => {
    edit(policyPath, disable);
    await pipeline.look();
    await pipeline.run('DEPLOY');
    const desired = new Map(repository.files('main'));
    expect(await pipeline.look()).toBe(false);
    expect(repository.files('tenant-state').size).toBe(desired.size - 1);
    for (const [path, content] of repository.files('tenant-state')) {
      expect(JSON.parse(content)).toEqual(JSON.parse(desired.get(path) ?? ''));
    }
  });

  test('of an unchanged repository writes nothing', async () => {
    await pipeline.look();
    expect(await pipeline.run('DEPLOY')).toEqual({ succeeded: true });
    expect(tenant.writes).toEqual([]);
  });

  test.each(['the approved', "the preview's"])(
    'refuses to write anything when %s digest differs',
    async (whose) => {
      edit(policyPath, disable);
      await pipeline.look();
      if (whose === 'the approved') pipeline.approvedDigest = 'f'.repeat(64);
      else
        pipeline.attachments.set(
          CHANGE_SET_ATTACHMENT.type,
          JSON.stringify({ ...changeSet(), digest: 'f'.repeat(64) }),
        );
      await expect(pipeline.run('DEPLOY')).rejects.toMatchObject({ code: 'DIGEST_DIFFERS' });
      expect(tenant.writes).toEqual([]);
      expect(pipeline.errors[0]?.code).toBe('DIGEST_DIFFERS');
    },
  );

  test('leaves an object alone that changed in the tenant after the preview', async () => {
    edit(policyPath, disable);
    edit(groupPath, (properties) => void (properties.description = 'Pilots.'));
    await pipeline.look();
    tenant.find('Pilot users').properties.description = 'By hand.';
    expect(await pipeline.run('DEPLOY')).toEqual({ succeeded: true, withIssues: true });
    expect(tenant.writes).toEqual(['update Block legacy authentication']);
    expect(results().find(({ path }) => path === groupPath)?.error).toContain(
      'changed in the tenant after the preview',
    );
  });

  test('fails when no change could be applied, and tells each reason', async () => {
    edit(policyPath, disable);
    await pipeline.look();
    tenant.refused.add('Block legacy authentication');
    await expect(pipeline.run('DEPLOY')).rejects.toThrow(StageError);
    expect(results()).toEqual([
      { path: policyPath, result: 'FAILED', error: 'Forbidden: Block legacy authentication' },
    ]);
  });

  test('done again after a partial failure only writes what is missing', async () => {
    edit(policyPath, disable);
    edit(groupPath, (properties) => void (properties.description = 'Pilots.'));
    await pipeline.look();
    tenant.refused.add('Pilot users');
    await pipeline.run('DEPLOY');
    tenant.refused.clear();
    expect(await pipeline.run('DEPLOY')).toEqual({ succeeded: true });
    expect(tenant.writes).toEqual(['update Block legacy authentication', 'update Pilot users']);
    expect(results()).toEqual([
      { path: groupPath, result: 'APPLIED' },
      { path: policyPath, result: 'SKIPPED' },
    ]);
  });

  test.each([
    ['invalid JSON', groupPath, '{"displayName": ', 'Correct it on the branch'],
    ['another name inside', groupPath, '{"displayName":"Other"}', 'displayName says "Other"'],
    [
      'a misspelt path',
      groupPath.replace('Pilot users', 'Pilot%20users'),
      '{"displayName":"Pilot users"}',
      'rename it',
    ],
    ['a second singleton', pathOf('MSGraph:Policies:SecurityDefaults', 'Two'), '{}', 'exactly once'],
  ])('refuses a file with %s and says what to do', async (_what, path, content, message) => {
    repository.push('main', new Map([[path, content]]));
    edit(policyPath, disable);
    expect(await pipeline.look()).toBe(true);
    expect(await pipeline.run('DEPLOY')).toMatchObject({ withIssues: true });
    expect(results().find((result) => result.path === path)?.error).toContain(message);
    expect(tenant.writes).toEqual(['update Block legacy authentication']);
  });
});

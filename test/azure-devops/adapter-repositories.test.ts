import { describe, expect, it } from 'vitest';
import { KEY } from '../sandbox/azure-devops/world.ts';
import { openAdapter, type Adapter } from './adapter-fixture.ts';

const headOf = async ({ azure, repository }: Adapter, branch = 'main') =>
  (await azure.readHead(repository, branch)) ?? '';

describe('a repository', () => {
  it('has heads, files and their contents, byte for byte', async () => {
    await using adapter = await openAdapter();
    const { azure, repository } = adapter;
    const head = await headOf(adapter);
    expect(head).toMatch(/^[0-9a-f]{40}$/);
    expect(await azure.readHead(repository, 'mai')).toBeNull();
    const files = await azure.listFiles(repository, head);
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['tenant.json', 'Source/a.json', 'Source/deep/b.json']),
    );
    const blob = await azure.readBlob(repository, files.get('Source/a.json') ?? '');
    expect(blob.toString()).toBe('{"a":1}\n');
    await expect(azure.listFiles(repository, '0'.repeat(40))).rejects.toMatchObject({
      name: 'UpstreamError',
    });
    await expect(azure.readBlob(repository, '0'.repeat(40))).rejects.toMatchObject({ name: 'UpstreamError' });
  });

  it('takes one commit that adds, edits and removes, in any bytes', async () => {
    await using adapter = await openAdapter();
    const { azure, repository } = adapter;
    const expectedHead = await headOf(adapter);
    const odd = Buffer.from([0xef, 0xbb, 0xbf, 0x0d, 0x0a, 0x00, 0xff]);
    const pushed = await azure.pushChanges(repository, {
      branch: 'main',
      expectedHead,
      message: 'Change all [skip ci]',
      changes: [
        { path: 'Source/new %2F ü.json', content: odd },
        { path: '/Source/a.json', content: Buffer.from('{"a":2}') },
        { path: 'Source/deep/b.json', content: null },
        { path: 'Source/never.json', content: null },
      ],
    });
    expect(pushed.kind).toBe('pushed');
    const head = await headOf(adapter);
    expect(pushed).toEqual({ kind: 'pushed', commit: head });
    const files = await azure.listFiles(repository, head);
    expect(await azure.readBlob(repository, files.get('Source/new %2F ü.json') ?? '')).toEqual(odd);
    expect((await azure.readBlob(repository, files.get('Source/a.json') ?? '')).toString()).toBe('{"a":2}');
    expect(files.has('Source/deep/b.json')).toBe(false);
  });

  it('is not written when there is nothing to change', async () => {
    await using adapter = await openAdapter();
    const expectedHead = await headOf(adapter);
    const changes = [{ path: 'Source/never.json', content: null }];
    const push = { branch: 'main', expectedHead, message: 'Nothing', changes };
    expect(await adapter.azure.pushChanges(adapter.repository, push)).toEqual({
      kind: 'pushed',
      commit: expectedHead,
    });
    expect(await headOf(adapter)).toBe(expectedHead);
  });

  it('says that its branch has moved', async () => {
    await using adapter = await openAdapter();
    const expectedHead = await headOf(adapter);
    await adapter.sandbox.world.editFile(KEY, 'Source/a.json', '{"a":3}', 'Somebody was faster');
    const changes = [{ path: 'Source/a.json', content: Buffer.from('{}') }];
    const push = { branch: 'main', expectedHead, message: 'Late', changes };
    expect(await adapter.azure.pushChanges(adapter.repository, push)).toEqual({ kind: 'moved' });
  });

  it('that is protected takes a pull request from a branch begun at its head', async () => {
    await using adapter = await openAdapter();
    const { azure, repository, sandbox } = adapter;
    const expectedHead = await headOf(adapter);
    sandbox.world.protectBranch(KEY, 'main', true);
    const changes = [{ path: 'Source/a.json', content: Buffer.from('{}') }];
    const push = { branch: 'main', expectedHead, message: 'Revert', changes };
    expect(await azure.pushChanges(repository, push)).toEqual({ kind: 'protected' });
    const pushed = await azure.pushChanges(repository, { ...push, branch: 'revert/run_1' });
    expect(pushed.kind).toBe('pushed');
    const request = { from: 'revert/run_1', into: 'main', title: 'Revert run 1', description: 'Because.' };
    const opened = await azure.openPullRequest(repository, request);
    expect(opened).toMatchObject({
      state: 'OPEN',
      url: `${sandbox.organizationUrl}/Tenants/_git/${repository.repositoryId}/pullrequest/${opened.id}`,
    });
    expect(await azure.openPullRequest(repository, request)).toEqual(opened);
    expect(await azure.readPullRequest(repository, opened.id)).toEqual(opened);
    expect(await azure.readPullRequest(repository, 4711)).toBeNull();
  });
});

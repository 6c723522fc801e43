import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ask, BLUEPRINT, KEY, openTestWorld, type TestWorld } from './world.ts';

const REPOSITORY = 'Tenants/_apis/git/repositories/contoso-eu';

const headOf = async (sandbox: TestWorld, branch = 'main') =>
  (
    (await ask(sandbox, { path: `${REPOSITORY}/refs?filter=heads/${branch}` })).body as {
      value: { objectId: string }[];
    }
  ).value[0]?.objectId ?? '';

type Change = { changeType: string; path: string; content?: string };
const push = (
  sandbox: TestWorld,
  { branch = 'main', head, changes }: { branch?: string; head: string; changes: Change[] },
) =>
  ask(sandbox, {
    method: 'POST',
    path: `${REPOSITORY}/pushes`,
    body: {
      refUpdates: [{ name: `refs/heads/${branch}`, oldObjectId: head }],
      commits: [
        {
          comment: 'Change',
          changes: changes.map(({ changeType, path, content }) => ({
            changeType,
            item: { path },
            ...(content === undefined ? {} : { newContent: { content, contentType: 'rawtext' } }),
          })),
        },
      ],
    },
  });

const blobId = (content: string) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex');

type Item = { path: string; objectId: string; gitObjectType: string; isFolder?: boolean };
const itemsOf = async (sandbox: TestWorld, commit: string) => {
  const version = `versionDescriptor.version=${commit}&versionDescriptor.versionType=commit`;
  return (
    (await ask(sandbox, { path: `${REPOSITORY}/items?recursionLevel=Full&${version}` })).body as {
      value: Item[];
    }
  ).value;
};

test('one request lists every file of a commit with its true Git id, the baseline as a submodule', async () => {
  await using sandbox = await openTestWorld();
  await sandbox.world.addTenant({ ...BLUEPRINT, repository: 'fabrikam', baseline: 'contoso-eu' });
  const baseline = await headOf(sandbox);
  const path = 'Tenants/_apis/git/repositories/fabrikam/items?scopePath=/&recursionLevel=Full';
  const items = ((await ask(sandbox, { path })).body as { value: Item[] }).value;
  const files = items.filter(({ isFolder }) => !isFolder).map(({ path: name }) => name);
  expect(files).toEqual([
    '/.gitmodules',
    '/Baseline',
    '/Pipeline/sync-stages.yml',
    '/Pipeline/sync-steps.yml',
    '/Source/a.json',
    '/Source/deep/b.json',
    '/azure-pipelines.yml',
    '/tenant.json',
  ]);
  expect(items.find(({ path: name }) => name === '/Source/a.json')?.objectId).toBe(blobId('{"a":1}\n'));
  expect(items.find(({ path: name }) => name === '/Baseline')).toMatchObject({
    gitObjectType: 'commit',
    objectId: baseline,
  });
  expect(await sandbox.world.readFile({ ...KEY, repository: 'fabrikam' }, 'main', '.gitmodules')).toMatch(
    /url = http.*\/contoso\/Tenants\/_git\/contoso-eu\n/,
  );
});

test('a push moves the branch only from where it stands; a protected branch takes a pull request', async () => {
  await using sandbox = await openTestWorld();
  const head = await headOf(sandbox);
  const edit = [{ changeType: 'edit', path: '/Source/a.json', content: 'new' }];
  expect((await push(sandbox, { head, changes: edit })).status).toBe(201);
  const stale = await push(sandbox, { head, changes: edit });
  expect([stale.status, stale.body['message']]).toEqual([409, expect.stringContaining('TF401028')]);

  sandbox.world.protectBranch(KEY, 'main', true);
  const refused = await push(sandbox, { head: await headOf(sandbox), changes: edit });
  expect([refused.status, refused.body['message']]).toEqual([403, expect.stringContaining('TF402455')]);

  const base = await headOf(sandbox);
  const changes = [{ changeType: 'edit', path: '/Source/a.json', content: 'by request' }];
  expect((await push(sandbox, { branch: 'revert/1', head: base, changes })).status).toBe(201);
  const request = {
    sourceRefName: 'refs/heads/revert/1',
    targetRefName: 'refs/heads/main',
    title: 'Revert',
    description: '',
  };
  const created = await ask(sandbox, { method: 'POST', path: `${REPOSITORY}/pullrequests`, body: request });
  expect(created.status).toBe(201);
  const path = `${REPOSITORY}/pullrequests/${String(created.body['pullRequestId'])}`;
  const completed = { status: 'completed', lastMergeSourceCommit: created.body['lastMergeSourceCommit'] };
  expect((await ask(sandbox, { method: 'PATCH', path, body: completed })).body['status']).toBe('completed');
  expect(await sandbox.world.readFile(KEY, 'main', 'Source/a.json')).toBe('by request');
  expect(sandbox.world.openPullRequests(KEY)).toEqual([]);
});

test('of many pushes for the same head one wins', async () => {
  await using sandbox = await openTestWorld();
  const head = await headOf(sandbox);
  const pushes = Array.from({ length: 10 }, (_, index) =>
    push(sandbox, { head, changes: [{ changeType: 'edit', path: '/Source/a.json', content: `${index}` }] }),
  );
  const statuses = (await Promise.all(pushes)).map(({ status }) => status).sort();
  expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
});

test('differences are paged and name files and folders; undoing them gives the same tree again', async () => {
  await using sandbox = await openTestWorld();
  const before = await headOf(sandbox);
  await push(sandbox, {
    head: before,
    changes: [
      { changeType: 'add', path: '/New/c.json', content: 'c' },
      { changeType: 'delete', path: '/Source/deep/b.json' },
    ],
  });
  const after = await headOf(sandbox);
  const versions = `baseVersion=${before}&baseVersionType=commit&targetVersion=${after}&targetVersionType=commit&diffCommonCommit=false`;
  const diff = async (page: string) =>
    (await ask(sandbox, { path: `${REPOSITORY}/diffs/commits?${versions}&${page}` })).body as {
      allChangesIncluded: boolean;
      changeCounts: unknown;
      changes: { item: Item; changeType: string }[];
    };
  const whole = await diff('$top=100');
  expect(whole.changes.map(({ item, changeType }) => [item.path, changeType])).toEqual([
    ['/New', 'add'],
    ['/New/c.json', 'add'],
    ['/Source', 'edit'],
    ['/Source/deep', 'delete'],
    ['/Source/deep/b.json', 'delete'],
  ]);
  expect(whole.changeCounts).toEqual({ Add: 1, Delete: 1 });
  const [first, rest] = [await diff('$top=2'), await diff('$top=10&$skip=2')];
  expect([first.allChangesIncluded, rest.allChangesIncluded, rest.changes.length]).toEqual([false, true, 3]);

  await push(sandbox, {
    head: after,
    changes: [
      { changeType: 'delete', path: '/New/c.json' },
      { changeType: 'add', path: '/Source/deep/b.json', content: '{"b":2}\n' },
    ],
  });
  const undone = await headOf(sandbox);
  expect(await itemsOf(sandbox, undone).then(idsOf)).toEqual(await itemsOf(sandbox, before).then(idsOf));
});

const idsOf = (items: Item[]) => items.map(({ path, objectId }) => [path, objectId]);

test('what does not exist is said in the words of Azure DevOps', async () => {
  await using sandbox = await openTestWorld();
  const missing = async (path: string) => {
    const { status, body } = await ask(sandbox, { path });
    return [status, body['typeKey']];
  };
  expect(await missing('Nowhere/_apis/build/builds')).toEqual([404, 'ProjectDoesNotExistWithNameException']);
  expect(await missing('Tenants/_apis/build/builds/7')).toEqual([404, 'BuildNotFoundException']);
  expect(await missing('Tenants/_apis/git/repositories/none/refs')).toEqual([
    404,
    'GitRepositoryNotFoundException',
  ]);
  expect(await missing(`${REPOSITORY}/items?path=/none.json`)).toEqual([404, 'GitItemNotFoundException']);
  expect(await missing(`${REPOSITORY}/items?path=/a&versionDescriptor.version=none`)).toEqual([
    404,
    'GitUnresolvableToCommitException',
  ]);
  const version = await fetch(`${sandbox.organizationUrl}/Tenants/_apis/pipelines/1/runs`, {
    method: 'POST',
    headers: { Authorization: 'Bearer x' },
  });
  expect(version.status).toBe(400);
});

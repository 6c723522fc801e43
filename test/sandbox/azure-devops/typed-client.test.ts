import { getBearerHandler, WebApi } from 'azure-devops-node-api';
import {
  BuildQueryOrder,
  BuildResult,
  BuildStatus,
  TaskResult,
  TimelineRecordState,
} from 'azure-devops-node-api/interfaces/BuildInterfaces.js';
import {
  GitVersionType,
  VersionControlChangeType,
  VersionControlRecursionType,
} from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';
import { KEY, openTestWorld, serviceToken, type TestWorld } from './world.ts';

let sandbox: TestWorld;
let client: WebApi;

beforeAll(async () => {
  sandbox = await openTestWorld();
  client = new WebApi(sandbox.organizationUrl, getBearerHandler(serviceToken, false));
});
afterAll(async () => sandbox[Symbol.asyncDispose]());

test("Microsoft's typed client finds the project, its pipeline and its repository", async () => {
  const core = await client.getCoreApi();
  expect((await core.getProjects()).map(({ name }) => name)).toEqual(['Tenants']);
  const build = await client.getBuildApi();
  const definitions = await build.getDefinitions('Tenants', 'contoso-eu - Sync');
  expect(definitions.map(({ id, name }) => ({ id, name }))).toEqual([{ id: 1, name: 'contoso-eu - Sync' }]);
  const definition = await build.getDefinition('Tenants', 1);
  expect(definition.process).toMatchObject({ yamlFilename: '/azure-pipelines.yml', type: 2 });
  const git = await client.getGitApi();
  const repositories = await git.getRepositories('Tenants');
  expect(repositories.map(({ id }) => id)).toEqual([definition.repository?.id]);
});

test("Microsoft's typed client queues a run, follows it to its gate, and reads timeline, logs and attachments", async () => {
  const pipelines = await client.getPipelinesApi();
  const run = await pipelines.runPipeline(
    { templateParameters: { mode: 'full', syncRequestId: 'r1' } },
    'Tenants',
    1,
  );
  const id = run.id ?? 0;
  const build = await client.getBuildApi();
  const first = await build.getBuild('Tenants', id);
  expect(first.status).toBeOneOf([BuildStatus.NotStarted, BuildStatus.InProgress]);
  expect(first.templateParameters).toEqual({ mode: 'full', syncRequestId: 'r1' });
  await waitFor('the gate', () => sandbox.world.runs()[0]?.phase === 'WAITING_AT_GATE');

  const timeline = await build.getBuildTimeline('Tenants', id);
  const records = timeline.records ?? [];
  const stages = records.filter(({ type }) => type === 'Stage');
  expect(stages.map(({ identifier, result }) => [identifier, result])).toEqual([
    ['Authenticate', TaskResult.Succeeded],
    ['Backup', TaskResult.Succeeded],
    ['Preview', TaskResult.Succeeded],
    ['Deploy', null],
  ]);
  expect(records.find(({ type }) => type === 'Checkpoint.Approval')?.state).toBe(
    TimelineRecordState.InProgress,
  );

  const logs = await build.getBuildLogs('Tenants', id);
  const lines = await Promise.all(logs.map((log) => build.getBuildLogLines('Tenants', id, log.id ?? 0)));
  expect(lines.flat().some((line) => line.includes('PREVIEW runs in mode FULL'))).toBe(true);
  expect(await build.getBuildTags('Tenants', id)).toEqual(['sync-preview-ready']);
  const attachments = await build.getAttachments('Tenants', id, 'tenant-sync.change-set');
  expect(attachments.map(({ name }) => name)).toEqual(['change-set.json']);
  expect((await build.getArtifacts('Tenants', id)).map(({ name }) => name)).toEqual(['report']);

  await sandbox.world.decideInPortal(id, 'approved', 'Ada Approver', 'fine');
  await waitFor('the end', () => sandbox.world.runs()[0]?.phase === 'FINISHED');
  expect((await build.getBuild('Tenants', id)).result).toBe(BuildResult.Succeeded);
  const finished = await build.getBuilds(
    'Tenants',
    [1],
    [],
    '',
    new Date(0),
    undefined,
    undefined,
    1,
    BuildStatus.Completed,
    undefined,
    [],
    [],
    10,
    undefined,
    undefined,
    undefined,
    BuildQueryOrder.FinishTimeAscending,
  );
  expect(finished.map((each) => each.id)).toEqual([id]);
});

test("Microsoft's typed client pushes by compare-and-swap, and is told when the branch has moved", async () => {
  const git = await client.getGitApi();
  const [repository] = await git.getRepositories('Tenants');
  const repositoryId = repository?.id ?? '';
  const [main] = await git.getRefs(repositoryId, 'Tenants', 'heads/main');
  const push = (content: string) => ({
    refUpdates: [{ name: 'refs/heads/main', oldObjectId: main?.objectId ?? '' }],
    commits: [
      {
        comment: `Write ${content}`,
        changes: [
          {
            changeType: VersionControlChangeType.Edit,
            item: { path: '/Source/a.json' },
            newContent: { content: Buffer.from(content).toString('base64'), contentType: 1 },
          },
        ],
      },
    ],
  });
  const pushed = await git.createPush(push('first'), repositoryId, 'Tenants');
  const commitId = pushed.refUpdates?.[0]?.newObjectId ?? '';
  await expect(git.createPush(push('second'), repositoryId, 'Tenants')).rejects.toThrow(/TF401028/);
  expect(await sandbox.world.readFile(KEY, 'main', 'Source/a.json')).toBe('first');

  const version = { version: commitId, versionType: GitVersionType.Commit };
  const items = await git.getItems(
    repositoryId,
    'Tenants',
    '/',
    VersionControlRecursionType.Full,
    false,
    false,
    false,
    false,
    version,
  );
  // The id that Git itself gives to these bytes.
  expect(items.find(({ path }) => path === '/Source/a.json')?.objectId).toBe(
    'fe4f02ad058b43f6ed467fdf65b935107529564b',
  );
  const base = {
    baseVersion: main?.objectId ?? '',
    baseVersionType: GitVersionType.Commit,
    version: main?.objectId ?? '',
    versionType: GitVersionType.Commit,
  };
  const diffs = await git.getCommitDiffs(repositoryId, 'Tenants', false, 100, 0, base, {
    ...version,
    targetVersion: commitId,
    targetVersionType: GitVersionType.Commit,
  });
  expect(diffs.changes?.map(({ item }) => item?.path)).toEqual(['/Source', '/Source/a.json']);
});

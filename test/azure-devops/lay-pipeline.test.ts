import { expect, test } from 'vitest';
import { AzureDevOpsHttp } from '../../src/azure-devops/azure-devops-http.ts';
import { layPipeline } from '../../src/azure-devops/lay-pipeline.ts';
import { KEY, serviceToken } from '../sandbox/azure-devops/world.ts';
import { silent } from '../support/database.ts';
import { openAdapter, PROJECT, startSync } from './adapter-fixture.ts';

const SETTINGS = {
  apiUrl: 'https://sync.contoso.example',
  feedUrl: 'https://feed.contoso.example/npm/',
  schedule: '15 1 * * *',
  backupOnly: false,
  repository: KEY.repository,
};

test('The reference pipeline is laid in one commit, from which runs start', async () => {
  await using adapter = await openAdapter();
  const { sandbox, repository, azure } = adapter;
  const tokens = { authorization: () => Promise.resolve(`Bearer ${serviceToken}`) };
  const http = new AzureDevOpsHttp({ organizationUrl: sandbox.organizationUrl, tokens, logger: silent });
  const { organizationUrl } = sandbox;
  const { repositoryId } = repository;
  const connection = { ...PROJECT, http, organizationUrl, logger: silent, repositoryId };
  const commit = await layPipeline(connection, SETTINGS);
  expect(await azure.readHead(repository, 'main')).toBe(commit);
  const files = await sandbox.world.readFiles(KEY, 'main');
  expect(files.get('azure-pipelines.yml')).toContain("cron: '15 1 * * *'");
  expect(files.get('Pipeline/sync-steps.yml')).toContain('tenant-sync-agent');
  expect(files.get('Source/a.json')).toBe('{"a":1}\n');
  await startSync(adapter);
  expect(sandbox.world.runs(KEY)).toHaveLength(1);
  expect((await azure.discoverTenants(PROJECT))[0]?.schedules).toEqual(['15 1 * * *']);

  sandbox.world.protectBranch(KEY, 'main', true);
  await expect(layPipeline(connection, { ...SETTINGS, schedule: null })).rejects.toThrow('by one');
});

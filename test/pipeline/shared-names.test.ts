/** Tenants may have several objects of one name, groups above all; a repository has one file for one name. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { fileOf, pathOf } from '../../src/pipeline/configuration-file.ts';
import { RESULTS_ATTACHMENT, type ResultsAttachment } from '../../src/pipeline/contract.ts';
import { createGraphConnection } from '../../src/pipeline/graph/graph-connection.ts';
import type { ConfigurationObject } from '../../src/pipeline/stage.ts';
import { MemoryRepository, MemoryTenant, Pipeline } from './memory.ts';

const GROUPS = 'MSGraph:Groups';
const group = (displayName: string, mailNickname: string): ConfigurationObject => ({
  configurationType: GROUPS,
  displayName,
  properties: { displayName, mailNickname },
});

test('Objects that share a name are named and left as they are; everything else is backed up and deployed', async () => {
  const tenant = new MemoryTenant([group('Sales', 'a'), group('Other', 'o')]);
  const repository = new MemoryRepository();
  await new Pipeline(repository, tenant).run('BACKUP');
  const before = repository.files('main');
  tenant.objects.push(group('Sales', 'b'));
  tenant.find('Other').properties.mailNickname = 'changed';

  const run = new Pipeline(repository, tenant);
  expect(await run.run('BACKUP')).toMatchObject({ succeeded: true, withIssues: true });
  expect(run.errors).toMatchObject([{ code: 'DUPLICATE_NAME' }]);
  expect(run.errors[0]?.message).toContain('"Sales"');
  const path = pathOf(GROUPS, 'Sales');
  for (const branch of ['main', 'tenant-state']) {
    expect(repository.files(branch).get(path)).toBe(before.get(path));
    expect(repository.files(branch).get(pathOf(GROUPS, 'Other'))).toContain('changed');
  }

  const edits = [group('Sales', 'c'), group('Other', 'desired')].map(fileOf);
  repository.push('main', new Map(edits.map((file) => [file.path, file.content])));
  await run.run('PREVIEW');
  await run.run('DEPLOY');
  const { results } = run.attached(RESULTS_ATTACHMENT.type) as ResultsAttachment;
  expect(results.map(({ result }) => result).sort()).toEqual(['APPLIED', 'FAILED']);
  expect(results.find((result) => result.path === path)?.error).toContain('several objects');
  expect(tenant.writes).toEqual(['update Other']);
});

const DIRECTORY = '8a5a2f0e-6ad1-4d53-9c0d-000000000001';
const [ONE, TWO, ALONE] = [1, 2, 3].map((last) => `8a5a2f0e-6ad1-4d53-9c0d-10000000000${last}`);
const POLICY = {
  id: 'p',
  displayName: 'Policy',
  conditions: { users: { includeGroups: [ONE, ALONE] } },
};
const LISTS: Record<string, unknown[]> = {
  '/organization': [{ id: DIRECTORY }],
  '/groups': [
    { id: ONE, displayName: 'Sales' },
    { id: TWO, displayName: 'Sales' },
    { id: ALONE, displayName: 'Alone' },
  ],
  '/identity/conditionalAccess/policies': [POLICY],
};

test('Who refers to one of them goes on doing so by its id', async () => {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { requests } = JSON.parse(body) as { requests: { id: string; url: string }[] };
      const responses = requests.map(({ id, url }) => ({
        ...{ id, status: 200 },
        body: { value: LISTS[url.replace(/\?.*/, '')] ?? [] },
      }));
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ responses }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const connection = createGraphConnection({
    baseUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    ...{
      tokens: { get: () => Promise.resolve('t') },
      directoryId: DIRECTORY,
      mayDelete: new Set<string>(),
      log: () => undefined,
    },
    signal: new AbortController().signal,
  });
  try {
    const objects = await connection.readAll();
    const policy = objects.find(({ displayName }) => displayName === 'Policy');
    expect(policy?.properties.conditions).toEqual({
      users: { includeGroups: [ONE, '${MSGraph:Groups:Alone}'] },
    });
    expect(objects.filter(({ displayName }) => displayName === 'Sales')).toHaveLength(2);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

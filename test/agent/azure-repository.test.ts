import { afterEach, beforeEach, expect, test } from 'vitest';
import { azureRepository, readFileAt, readSubmodule } from '../../src/agent/azure-repository.ts';
import type { Repository } from '../../src/pipeline/stage.ts';
import { KEY, openTestWorld, serviceToken, type TestWorld } from '../sandbox/azure-devops/world.ts';

let sandbox: TestWorld;
let repository: Repository;
const placeIn = ({ organizationUrl }: TestWorld) => ({
  organizationUrl,
  accessToken: serviceToken,
  signal: new AbortController().signal,
  project: KEY.project,
  repository: KEY.repository,
});
beforeEach(async () => {
  sandbox = await openTestWorld();
  repository = azureRepository(placeIn(sandbox));
});
afterEach(() => sandbox[Symbol.asyncDispose]());

const headOf = async (branch: string) => (await repository.head(branch)) ?? '';

test('A commit is read as its files, byte for byte', async () => {
  const text = '\uFEFF{"ä": "\r\n"}';
  await sandbox.world.editFile(KEY, 'Source/odd.json', text, 'Odd');
  const files = await repository.readFiles(await headOf('main'));
  expect(files.get('Source/odd.json')).toBe(text);
  expect(files).toEqual(await sandbox.world.readFiles(KEY, 'main'));
  expect(await repository.head('mai')).toBeNull();
});

test('One request lists a commit, one reads what is not known yet', async () => {
  const asked: string[] = [];
  sandbox.world.intercept((request, next) => {
    asked.push(`${request.method} ${request.segments.at(-1)}`);
    return next();
  });
  const first = await headOf('main');
  await repository.readFiles(first);
  await sandbox.world.editFile(KEY, 'Source/a.json', '{"a":3}\n', 'Edit');
  await repository.readFiles(await headOf('main'));
  await repository.readFiles(first);
  expect(asked).toEqual(['GET refs', 'GET items', 'POST blobs', 'GET refs', 'GET items', 'POST blobs']);
});

test('A commit adds, changes and removes; a branch that is not there yet begins with it', async () => {
  const expectedHead = await headOf('main');
  const files = new Map([
    ['Source/a.json', 'changed'],
    ['Source/deep/b.json', null],
    ['Source/new ü%2F.json', 'new'],
    ['Source/never.json', null],
  ]);
  const commit = await repository.commit({ branch: 'main', expectedHead, message: 'Edit', files });
  expect(commit).toBe(await headOf('main'));
  const now = await sandbox.world.readFiles(KEY, 'main');
  expect(now.get('Source/a.json')).toBe('changed');
  expect(now.get('Source/new ü%2F.json')).toBe('new');
  expect(now.has('Source/deep/b.json')).toBe(false);

  const first = new Map([['x.json', '1']]);
  const begun = { branch: 'tenant-state', expectedHead: null, message: 'First', files: first };
  expect(await repository.commit(begun)).toBe(await headOf('tenant-state'));
  expect(await sandbox.world.readFiles(KEY, 'tenant-state')).toEqual(first);
});

test('A branch that moved meanwhile is left alone', async () => {
  const expectedHead = await headOf('main');
  await sandbox.world.editFile(KEY, 'Source/a.json', '{"a":9}\n', 'Faster');
  const files = new Map([['Source/a.json', 'slower']]);
  expect(await repository.commit({ branch: 'main', expectedHead, message: 'Late', files })).toBeNull();
  expect((await sandbox.world.readFiles(KEY, 'main')).get('Source/a.json')).toBe('{"a":9}\n');
});

test('A push whose answer is lost is not made twice', async () => {
  const expectedHead = await headOf('main');
  sandbox.world.faults.switchOn({ kind: 'lost_reply', requests: 'push', times: 1 });
  const files = new Map([['Source/a.json', 'once']]);
  expect(await repository.commit({ branch: 'main', expectedHead, message: 'Once', files })).toBeNull();
  expect((await sandbox.world.readFiles(KEY, 'main')).get('Source/a.json')).toBe('once');
  expect(sandbox.world.ledger().filter(({ kind }) => kind === 'pushed')).toHaveLength(1);
});

test('More than one push takes is pushed in parts, one upon the other', async () => {
  const large = new Map(
    Array.from({ length: 5 }, (_, index) => [`Source/${index}.json`, `${index}`.repeat(3_000_000)]),
  );
  const commit = await repository.commit({
    ...{ branch: 'main', expectedHead: await headOf('main'), message: 'Large', files: large },
  });
  const now = await sandbox.world.readFiles(KEY, 'main');
  expect([...large].filter(([path, content]) => now.get(path) !== content)).toEqual([]);
  expect(commit).toBe(await headOf('main'));
  expect(sandbox.world.ledger().filter(({ kind }) => kind === 'pushed')).toHaveLength(2);
});

test('One file is read by itself; none is null, and a repository that is not there says what to do', async () => {
  const place = placeIn(sandbox);
  const head = await headOf('main');
  expect(await readFileAt(place, head, '/tenant.json')).toContain('Contoso Europe');
  expect(await readFileAt(place, head, '/nothing.json')).toBeNull();
  expect(await readSubmodule(place, head, 'Baseline')).toBeNull();
  const elsewhere = azureRepository({ ...place, repository: 'elsewhere' });
  await expect(elsewhere.head('main')).rejects.toThrow(
    /404.*elsewhere.*start another sync|404.*Start another sync/i,
  );
});

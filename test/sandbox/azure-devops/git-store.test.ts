/** Repositories on the disk: what a restart finds of them, also of a process that was killed while it wrote. */
import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GitRepository } from '../../../src/sandbox/azure-devops/git/git-store.ts';
import { FILE_MODE } from '../../../src/sandbox/azure-devops/git/tree.ts';

async function folderOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenant-sync-git-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const textOf = async (repository: GitRepository, id: string) => (await repository.readBlob(id))?.toString();

test('Objects have the ids that Git gives them, and a restart finds them', async () => {
  const folder = await folderOf();
  const repository = new GitRepository(folder);
  await repository.create();
  const texts = Array.from({ length: 200 }, (_, n) => `file ${n}\n`);
  const ids = await Promise.all(texts.map((text) => repository.writeBlob(Buffer.from(text))));
  // As `printf 'file 0\n' | git hash-object --stdin` says.
  expect(ids[0]).toBe('7fe7a21b0677ba28c909e9926592e3d47e97b0af');
  const files = new Map(
    ids.map((oid, n) => [`folder/${n % 7}/${n}`, { oid, mode: FILE_MODE, type: 'blob' as const }]),
  );
  const tree = await repository.writeFiles(files);

  const again = new GitRepository(folder);
  expect(await Promise.all(ids.map((id) => textOf(again, id)))).toEqual(texts);
  expect(await again.filesOfTree(tree)).toEqual(new Map([...files].sort()));
  expect(await again.readBlob(tree)).toBeNull();
});

test('What a killed process left half-written is neither read nor in the way', async () => {
  const folder = await folderOf();
  const before = new GitRepository(folder);
  const [kept, cut] = [
    await before.writeBlob(Buffer.from('kept')),
    await before.writeBlob(Buffer.from('cut off')),
  ];
  const path = join(folder, 'objects.bin');
  await truncate(path, (await readFile(path)).length - 3);

  const after = new GitRepository(folder);
  expect(await textOf(after, kept)).toBe('kept');
  expect(await textOf(after, cut)).toBeUndefined();
  const written = await after.writeBlob(Buffer.from('written since'));
  await appendFile(path, 'half a head');

  const last = new GitRepository(folder);
  expect(await Promise.all([kept, written].map((id) => textOf(last, id)))).toEqual(['kept', 'written since']);
});

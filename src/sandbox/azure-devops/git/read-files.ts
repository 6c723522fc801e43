import type { GitRepository } from './git-store.ts';
import { gitPath } from './tree.ts';

/** Every file of a commit as text, by its path without a leading slash; submodules are left out. */
export async function readTextFiles(repository: GitRepository, commit: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const [path, { oid, type }] of await repository.filesOfCommit(commit)) {
    const blob = type === 'blob' ? await repository.readBlob(oid) : null;
    if (blob) texts.set(path, blob.toString('utf8'));
  }
  return texts;
}

export async function readTextFile(
  repository: GitRepository,
  commit: string,
  path: string,
): Promise<string | null> {
  const file = (await repository.filesOfCommit(commit)).get(gitPath(path));
  const blob = file?.type === 'blob' ? await repository.readBlob(file.oid) : null;
  return blob?.toString('utf8') ?? null;
}

import { differences, FILE_MODE, gitPath, type GitFile } from './tree.ts';
import type { GitRepository, Signature } from './git-store.ts';

/** Content by path; null removes the file. */
export type FileEdits = ReadonlyMap<string, Buffer | null>;

export type CommitRequest = {
  branch: string;
  /** Where the branch stands; null when it is to be made. */
  expectedHead: string | null;
  /** The commit to build on; usually `expectedHead`. */
  parent: string | null;
  message: string;
  author: Signature;
  edits: FileEdits;
};

/** One commit on the branch, if it still stands where expected; throws StaleReference when not. */
export async function commitFiles(repository: GitRepository, request: CommitRequest): Promise<string> {
  const base = request.parent ? await repository.filesOfCommit(request.parent) : new Map<string, GitFile>();
  const tree = await repository.writeFiles(await withEdits(repository, base, request.edits));
  const commit = await repository.writeCommit({
    tree,
    parents: request.parent ? [request.parent] : [],
    message: request.message,
    author: request.author,
    committer: request.author,
  });
  await repository.exclusively(() => repository.moveBranch(request.branch, request.expectedHead, commit));
  return commit;
}

async function withEdits(
  repository: GitRepository,
  base: ReadonlyMap<string, GitFile>,
  edits: FileEdits,
): Promise<Map<string, GitFile>> {
  const files = new Map(base);
  for (const [path, content] of edits) {
    const name = gitPath(path);
    if (content === null) files.delete(name);
    else files.set(name, { oid: await repository.writeBlob(content), mode: FILE_MODE, type: 'blob' });
  }
  return files;
}

/** The commits that can be reached from one, itself included. */
export async function ancestorsOf(repository: GitRepository, commit: string): Promise<Set<string>> {
  const seen = new Set<string>();
  const open = [commit];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...((await repository.readCommit(id))?.parents ?? []));
  }
  return seen;
}

/** The newest commit that both have; null for unrelated histories. */
export async function mergeBase(
  repository: GitRepository,
  one: string,
  other: string,
): Promise<string | null> {
  const known = await ancestorsOf(repository, one);
  const open = [other];
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    if (known.has(id)) return id;
    open.push(...((await repository.readCommit(id))?.parents ?? []));
  }
  return null;
}

export type Merge = { kind: 'merged'; tree: string } | { kind: 'conflicts'; paths: string[] };

/** Brings what `source` changed since the merge base into `target`, file by file. */
export async function mergeTrees(repository: GitRepository, source: string, target: string): Promise<Merge> {
  const base = await mergeBase(repository, source, target);
  const before = base ? await repository.filesOfCommit(base) : new Map<string, GitFile>();
  const ours = await repository.filesOfCommit(target);
  const merged = new Map(ours);
  const conflicts: string[] = [];
  for (const { path, after } of differences(before, await repository.filesOfCommit(source))) {
    const here = ours.get(path)?.oid;
    if (here !== before.get(path)?.oid && here !== after?.oid) conflicts.push(path);
    else if (after) merged.set(path, after);
    else merged.delete(path);
  }
  if (conflicts.length > 0) return { kind: 'conflicts', paths: conflicts };
  return { kind: 'merged', tree: await repository.writeFiles(merged) };
}

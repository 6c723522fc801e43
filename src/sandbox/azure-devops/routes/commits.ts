import { notFound } from '../azure-error.ts';
import { ancestorsOf, mergeBase } from '../git/commit-files.ts';
import { NO_OBJECT, type Commit, type Signature } from '../git/git-store.ts';
import { differences, foldersOf, gitPath, type FileDifference, type GitFile } from '../git/tree.ts';
import { json, list } from '../http/answer.ts';
import { enumWord, isTrue, numberOr } from '../http/enum-words.ts';
import { param, type AzureRoute, type Call } from '../http/router.ts';
import { commitOf, repositoryIn, VERSION_TYPES, type FoundRepository } from './find.ts';
import { remoteUrl, repositoryUrl } from '../http/links.ts';

const REPOSITORY = 'git/repositories/{repository}';

export const commitRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: `${REPOSITORY}/commits`, handle: listCommits },
  { method: 'GET', pattern: `${REPOSITORY}/commits/{sha}`, handle: readCommit },
  { method: 'GET', pattern: `${REPOSITORY}/commits/{sha}/changes`, handle: readChanges },
  { method: 'GET', pattern: `${REPOSITORY}/diffs/commits`, handle: diff },
];

const DEFAULT_TOP = 100;

async function listCommits(call: Call) {
  const { request } = call;
  const found = repositoryIn(call);
  const criterion = (name: string) => request.query(`searchCriteria.${name}`) ?? request.query(name);
  const start = await commitOf(found, {
    version: criterion('itemVersion.version'),
    versionType: enumWord(criterion('itemVersion.versionType'), VERSION_TYPES),
  });
  const commits = await history(found, start);
  const path = criterion('itemPath');
  const touching = path ? await thatTouch(found, commits, gitPath(path)) : commits;
  const skip = numberOr(criterion('$skip'), 0);
  const shown = touching.slice(skip, skip + numberOr(criterion('$top'), DEFAULT_TOP));
  return list(shown.map((commit) => commitWire(call, found, commit)));
}

/** Newest first. */
async function history({ git }: FoundRepository, start: string): Promise<Commit[]> {
  const commits: Commit[] = [];
  for (const id of await ancestorsOf(git, start)) {
    const commit = await git.readCommit(id);
    if (commit) commits.push(commit);
  }
  // The order in which they were found puts children before parents; sorting is stable where times are equal.
  return commits.sort((one, other) => other.committer.at.getTime() - one.committer.at.getTime());
}

async function thatTouch(found: FoundRepository, commits: Commit[], path: string): Promise<Commit[]> {
  const touching: Commit[] = [];
  for (const commit of commits) {
    const changed = await changesOf(found, commit);
    if (changed.some((change) => change.path === path || change.path.startsWith(`${path}/`)))
      touching.push(commit);
  }
  return touching;
}

async function changesOf({ git }: FoundRepository, commit: Commit): Promise<FileDifference[]> {
  const [parent] = commit.parents;
  const before = parent ? await git.filesOfCommit(parent) : new Map<string, GitFile>();
  return differences(before, await git.filesOfCommit(commit.id));
}

export async function commitIn({ git }: FoundRepository, sha: string): Promise<Commit> {
  const commit = /^[0-9a-f]{40}$/i.test(sha) ? await git.readCommit(sha.toLowerCase()) : null;
  if (commit) return commit;
  throw notFound(`TF401035: The object '${sha}' does not exist.`, 'GitObjectDoesNotExistException');
}

async function readCommit(call: Call) {
  const found = repositoryIn(call);
  return json(commitWire(call, found, await commitIn(found, param(call, 'sha'))));
}

async function readChanges(call: Call) {
  const found = repositoryIn(call);
  const commit = await commitIn(found, param(call, 'sha'));
  const changes = (await changesOf(found, commit)).map((change) =>
    changeWire(call, found, { change, commit: commit.id }),
  );
  return json({ changeCounts: countsOf(changes), changes: page(call, changes) });
}

const signatureWire = ({ name, email, at }: Signature) => ({ name, email, date: at.toISOString() });

export function commitWire({ world }: Call, { row }: FoundRepository, commit: Commit) {
  const { id, tree, parents, author, committer } = commit;
  return {
    treeId: tree,
    commitId: id,
    author: signatureWire(author),
    committer: signatureWire(committer),
    comment: commit.message.trimEnd(),
    parents,
    url: `${repositoryUrl(world, row)}/commits/${id}`,
    remoteUrl: `${remoteUrl(world, row)}/commit/${id}`,
  };
}

async function versionOf(call: Call, found: FoundRepository, side: 'base' | 'target'): Promise<string> {
  const { request } = call;
  return commitOf(found, {
    version: request.query(`${side}Version`) ?? request.query(`${side}VersionDescriptor.version`),
    versionType: enumWord(
      request.query(`${side}VersionType`) ?? request.query(`${side}VersionDescriptor.versionType`),
      VERSION_TYPES,
    ),
  });
}

async function diff(call: Call) {
  const found = repositoryIn(call);
  const base = await versionOf(call, found, 'base');
  const target = await versionOf(call, found, 'target');
  const common = await mergeBase(found.git, base, target);
  const from = isTrue(call.request.query('diffCommonCommit')) ? (common ?? base) : base;
  const changes = await diffChanges(call, found, { from, target });
  const shown = page(call, changes);
  const [baseSide, targetSide] = [await ancestorsOf(found.git, base), await ancestorsOf(found.git, target)];
  const skip = numberOr(call.request.query('$skip'), 0);
  return json({
    allChangesIncluded: skip + shown.length >= changes.length,
    changeCounts: countsOf(changes),
    changes: shown,
    commonCommit: common ?? NO_OBJECT,
    baseCommit: base,
    targetCommit: target,
    aheadCount: [...targetSide].filter((id) => !baseSide.has(id)).length,
    behindCount: [...baseSide].filter((id) => !targetSide.has(id)).length,
  });
}

type ChangeWire = { item: Record<string, unknown>; changeType: string };

async function diffChanges(
  call: Call,
  found: FoundRepository,
  { from, target }: { from: string; target: string },
): Promise<ChangeWire[]> {
  const before = await found.git.filesOfCommit(from);
  const after = await found.git.filesOfCommit(target);
  const changed = differences(before, after);
  const folders = folderChanges(changed, { before, after }).map((change) =>
    folderWire(call, found, { ...change, commit: target }),
  );
  const files = changed.map((change) => changeWire(call, found, { change, commit: target }));
  return [...folders, ...files].sort((one, other) =>
    String(one.item['path']) < String(other.item['path']) ? -1 : 1,
  );
}

/** Folders are listed beside the files in them. */
function folderChanges(
  changed: FileDifference[],
  { before, after }: { before: ReadonlyMap<string, GitFile>; after: ReadonlyMap<string, GitFile> },
) {
  const [old, now] = [foldersOf(before.keys()), foldersOf(after.keys())];
  return [...foldersOf(changed.map(({ path }) => path))].map((path) => ({
    path,
    changeType: !old.has(path) ? 'add' : now.has(path) ? 'edit' : 'delete',
  }));
}

const itemUrl = ({ world }: Call, { row }: FoundRepository, path: string, commit: string) =>
  `${repositoryUrl(world, row)}/items?path=${encodeURIComponent(path)}&versionType=Commit&version=${commit}`;

function folderWire(
  call: Call,
  found: FoundRepository,
  { path, changeType, commit }: { path: string; changeType: string; commit: string },
): ChangeWire {
  const url = itemUrl(call, found, `/${path}`, commit);
  return {
    item: { gitObjectType: 'tree', commitId: commit, path: `/${path}`, isFolder: true, url },
    changeType,
  };
}

function changeWire(
  call: Call,
  found: FoundRepository,
  { change, commit }: { change: FileDifference; commit: string },
): ChangeWire {
  const { before, after, path, kind } = change;
  return {
    item: {
      objectId: (after ?? before)?.oid,
      ...(before ? { originalObjectId: before.oid } : {}),
      gitObjectType: (after ?? before)?.type ?? 'blob',
      commitId: commit,
      path: `/${path}`,
      url: itemUrl(call, found, `/${path}`, commit),
    },
    changeType: kind,
  };
}

/** Counted by Azure with a capital letter, and files only. */
function countsOf(changes: ChangeWire[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { item, changeType } of changes) {
    if (item['isFolder']) continue;
    const name = changeType.charAt(0).toUpperCase() + changeType.slice(1);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function page(call: Call, changes: ChangeWire[]): ChangeWire[] {
  const { request } = call;
  const skip = numberOr(request.query('$skip') ?? request.query('skip'), 0);
  const top = numberOr(request.query('$top') ?? request.query('top'), DEFAULT_TOP);
  return changes.slice(skip, skip + top);
}

import { z } from 'zod';
import { notFound } from '../azure-error.ts';
import { foldersOf, gitPath, SUBMODULE_MODE, type GitFile } from '../git/tree.ts';
import { bytes, json, list, text, zip, type Answer } from '../http/answer.ts';
import { enumWord, isTrue } from '../http/enum-words.ts';
import { param, type AzureRoute, type Call } from '../http/router.ts';
import { commitOf, repositoryIn, VERSION_TYPES, type FoundRepository } from './find.ts';
import { repositoryUrl } from '../http/links.ts';

const REPOSITORY = 'git/repositories/{repository}';

export const itemRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: `${REPOSITORY}/items`, handle: readItems },
  { method: 'GET', pattern: `${REPOSITORY}/items/{*path}`, handle: readItems },
  { method: 'POST', pattern: `${REPOSITORY}/itemsbatch`, handle: batch },
  { method: 'GET', pattern: `${REPOSITORY}/blobs/{sha}`, handle: readBlob },
  { method: 'POST', pattern: `${REPOSITORY}/blobs`, handle: zipBlobs },
  { method: 'GET', pattern: `${REPOSITORY}/trees/{sha}`, handle: readTree },
];

const RECURSIONS = { none: 0, oneLevel: 1, oneLevelPlusNestedEmptyFolders: 4, full: 120 } as const;

type Item = { path: string; objectId: string; type: 'blob' | 'tree' | 'commit' };

async function readItems(call: Call): Promise<Answer> {
  const { request } = call;
  const found = repositoryIn(call);
  const commit = await commitOf(found, {
    version: request.query('versionDescriptor.version') ?? request.query('version'),
    versionType: enumWord(
      request.query('versionDescriptor.versionType') ?? request.query('versionType'),
      VERSION_TYPES,
    ),
  });
  const path = request.query('path') ?? (call.params['path'] || null);
  const recursion = enumWord(request.query('recursionLevel'), RECURSIONS) ?? 'none';
  const scope = gitPath(path ?? request.query('scopePath') ?? '/');
  const items = await itemsBelow(found, { commit, scope, recursion });
  const [first] = items;
  if (!first) throw noItem(`/${scope}`, commit);
  if (path === null || recursion !== 'none')
    return list(items.map((item) => itemWire(call, found, { item, commit })));
  return oneItem(call, found, { item: first, commit });
}

const noItem = (path: string, commit: string) =>
  notFound(
    `TF401174: The item '${path}' could not be found in the repository at the version specified by '<Commit: ${commit} >'.`,
    'GitItemNotFoundException',
  );

type Below = { commit: string; scope: string; recursion: string };

/** The item of that path first, then what lies below it. */
async function itemsBelow({ git }: FoundRepository, { commit, scope, recursion }: Below): Promise<Item[]> {
  const files = await git.filesOfCommit(commit);
  const trees = await treeIds(await rootOf(git, commit), git);
  const everything: Item[] = [
    ...[...trees].map(([path, objectId]) => ({ path, objectId, type: 'tree' as const })),
    ...fileItems(files),
  ];
  const prefix = scope === '' ? '' : `${scope}/`;
  const isShown = (path: string): boolean => {
    if (path === scope) return true;
    if (recursion === 'none' || !path.startsWith(prefix)) return false;
    return recursion === 'full' || !path.slice(prefix.length).includes('/');
  };
  const shown = everything.filter(({ path }) => isShown(path));
  return shown.sort((one, other) => (one.path < other.path ? -1 : 1)).some(({ path }) => path === scope)
    ? shown
    : [];
}

const fileItems = (files: ReadonlyMap<string, GitFile>): Item[] =>
  [...files].map(([path, { oid, type }]) => ({ path, objectId: oid, type }));

const rootOf = async (git: FoundRepository['git'], commit: string) =>
  (await git.readCommit(commit))?.tree ?? '';

/** Every folder's own tree by its path; the root's path is empty. */
async function treeIds(root: string, git: FoundRepository['git']): Promise<Map<string, string>> {
  const trees = new Map([['', root]]);
  const visit = async (tree: string, prefix: string): Promise<void> => {
    for (const { path, oid, type } of (await git.readTree(tree)) ?? []) {
      if (type !== 'tree') continue;
      trees.set(`${prefix}${path}`, oid);
      await visit(oid, `${prefix}${path}/`);
    }
  };
  await visit(root, '');
  return trees;
}

type At = { item: Item; commit: string };

function itemWire({ world }: Call, { row }: FoundRepository, { item, commit }: At) {
  const path = `/${item.path}`;
  return {
    objectId: item.objectId,
    gitObjectType: item.type,
    commitId: commit,
    path,
    ...(item.type === 'tree' ? { isFolder: true } : {}),
    url: `${repositoryUrl(world, row)}/items?path=${encodeURIComponent(path)}&versionType=Commit&version=${commit}&versionOptions=None`,
  };
}

/** JSON when it is asked for; otherwise the bytes, as a download or a page would have them. */
async function oneItem(call: Call, found: FoundRepository, at: At): Promise<Answer> {
  const { request } = call;
  const format = request.query('$format')?.toLowerCase();
  const wantsJson = format === 'json' || (!format && request.accept.includes('application/json'));
  const content = at.item.type === 'blob' ? await found.git.readBlob(at.item.objectId) : null;
  if (content === null) return json(itemWire(call, found, at));
  if (!wantsJson)
    return format === 'text' || request.accept.includes('text/plain')
      ? text(content.toString('utf8'))
      : bytes(content);
  const withContent = isTrue(request.query('includeContent'));
  return json({ ...itemWire(call, found, at), ...(withContent ? contentWire(content) : {}) });
}

/** A byte order mark is no part of the text, but of the metadata. */
function contentWire(content: Buffer) {
  const hasMark = content.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  return {
    content: content.subarray(hasMark ? 3 : 0).toString('utf8'),
    contentMetadata: {
      encoding: 65001,
      contentType: 'application/json',
      isBinary: content.includes(0),
      ...(hasMark ? { bom: true } : {}),
    },
  };
}

const batchBody = z.looseObject({
  itemDescriptors: z.array(
    z.looseObject({
      path: z.string(),
      version: z.string().nullish(),
      versionType: z.union([z.string(), z.number()]).nullish(),
      recursionLevel: z.union([z.string(), z.number()]).nullish(),
    }),
  ),
});

async function batch(call: Call): Promise<Answer> {
  const found = repositoryIn(call);
  const { itemDescriptors } = await call.request.body(batchBody);
  const answers = [];
  for (const { path, version, versionType, recursionLevel } of itemDescriptors) {
    const type = enumWord(versionType == null ? null : String(versionType), VERSION_TYPES);
    const commit = await commitOf(found, { version: version ?? null, versionType: type });
    const recursion = enumWord(recursionLevel == null ? null : String(recursionLevel), RECURSIONS) ?? 'none';
    const items = await itemsBelow(found, { commit, scope: gitPath(path), recursion });
    if (items.length === 0) throw noItem(path, commit);
    answers.push(items.map((item) => itemWire(call, found, { item, commit })));
  }
  return list(answers);
}

async function blobIn({ git, row }: FoundRepository, id: string): Promise<Buffer> {
  const blob = /^[0-9a-f]{40}$/i.test(id) ? await git.readBlob(id.toLowerCase()) : null;
  if (blob) return blob;
  throw notFound(
    `TF401035: The object '${id}' does not exist in the repository ${row.name}.`,
    'GitObjectDoesNotExistException',
  );
}

async function readBlob(call: Call): Promise<Answer> {
  const found = repositoryIn(call);
  const sha = param(call, 'sha');
  const blob = await blobIn(found, sha);
  const format = call.request.query('$format')?.toLowerCase();
  const wants = (type: string, word: string) =>
    format === word || (!format && call.request.accept.includes(type));
  if (wants('application/zip', 'zip')) return zip(sha, [[sha, blob]]);
  if (wants('text/plain', 'text')) return text(blob.toString('utf8'));
  if (!wants('application/json', 'json')) return bytes(blob);
  return json({
    objectId: sha,
    size: blob.length,
    url: `${repositoryUrl(call.world, found.row)}/blobs/${sha}`,
  });
}

async function zipBlobs(call: Call): Promise<Answer> {
  const found = repositoryIn(call);
  const ids = await call.request.body(z.array(z.string()));
  const blobs: [string, Buffer][] = [];
  for (const id of ids) blobs.push([id, await blobIn(found, id)]);
  return zip('Blobs', blobs);
}

async function readTree(call: Call): Promise<Answer> {
  const { git, row } = repositoryIn(call);
  const sha = param(call, 'sha').toLowerCase();
  const url = repositoryUrl(call.world, row);
  const tree = /^[0-9a-f]{40}$/.test(sha) ? await git.readTree(sha) : null;
  if (!tree)
    throw notFound(`TF401035: The object '${sha}' does not exist.`, 'GitObjectDoesNotExistException');
  const files = (await git.filesOfTree(sha)) ?? new Map<string, GitFile>();
  const trees = await treeIds(sha, git);
  const entries = [
    ...[...foldersOf(files.keys())].map((path) => ({
      path,
      oid: trees.get(path) ?? '',
      mode: '40000',
      type: 'tree',
    })),
    ...[...files].map(([path, file]) => ({
      path,
      oid: file.oid,
      mode: file.mode,
      type: file.mode === SUBMODULE_MODE ? 'commit' : 'blob',
    })),
  ];
  const shown = isTrue(call.request.query('recursive'))
    ? entries
    : entries.filter(({ path }) => !path.includes('/'));
  const treeEntries = shown.map(({ path, oid, mode, type }) => ({
    objectId: oid,
    relativePath: path,
    mode,
    gitObjectType: type,
    url: `${url}/${type}s/${oid}`,
  }));
  return json({ objectId: sha, size: 0, treeEntries, url: `${url}/trees/${sha}` });
}

import type { TreeEntry, TreeObject } from 'isomorphic-git';

export type GitFile = { oid: string; mode: string; type: 'blob' | 'commit' };

export const FILE_MODE = '100644';
export const SUBMODULE_MODE = '160000';

/** Every file of a tree by its path. */
export async function flatten(
  tree: string,
  read: (tree: string) => Promise<TreeObject>,
): Promise<Map<string, GitFile>> {
  const files = new Map<string, GitFile>();
  const visit = async (id: string, prefix: string): Promise<void> => {
    for (const { path, oid, mode, type } of await read(id)) {
      if (type === 'tree') await visit(oid, `${prefix}${path}/`);
      else files.set(`${prefix}${path}`, { oid, mode, type });
    }
  };
  await visit(tree, '');
  return files;
}

type Folder = { files: Map<string, GitFile>; folders: Map<string, Folder> };
const emptyFolder = (): Folder => ({ files: new Map(), folders: new Map() });

/** Writes the trees that hold those files, deepest first; returns the root's id. */
export async function treeEntriesOf(
  files: ReadonlyMap<string, GitFile>,
  write: (tree: TreeObject) => Promise<string>,
): Promise<string> {
  const root = emptyFolder();
  for (const [path, file] of files) place(root, path.split('/'), file);
  return writeFolder(root, write);
}

function place(root: Folder, names: string[], file: GitFile): void {
  let folder = root;
  for (const name of names.slice(0, -1)) {
    const next = folder.folders.get(name) ?? emptyFolder();
    folder.folders.set(name, next);
    folder = next;
  }
  folder.files.set(names.at(-1) ?? '', file);
}

async function writeFolder(folder: Folder, write: (tree: TreeObject) => Promise<string>): Promise<string> {
  const files = [...folder.files].map(([path, file]): TreeEntry => ({ path, ...file }));
  const inner = [...folder.folders].map(async ([path, each]): Promise<TreeEntry> => ({
    path,
    oid: await writeFolder(each, write),
    mode: '040000',
    type: 'tree',
  }));
  return write([...files, ...(await Promise.all(inner))]);
}

export type FileDifference = {
  path: string;
  kind: 'add' | 'edit' | 'delete';
  before: GitFile | null;
  after: GitFile | null;
};

/** What differs between two sets of files, by path. */
export function differences(
  before: ReadonlyMap<string, GitFile>,
  after: ReadonlyMap<string, GitFile>,
): FileDifference[] {
  const found: FileDifference[] = [];
  for (const [path, file] of before) {
    const now = after.get(path) ?? null;
    if (now?.oid === file.oid) continue;
    found.push({ path, kind: now ? 'edit' : 'delete', before: file, after: now });
  }
  for (const [path, file] of after) {
    if (!before.has(path)) found.push({ path, kind: 'add', before: null, after: file });
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** All folders above those paths, without the root. */
export function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1))
      folders.add(path.slice(0, cut));
  }
  return folders;
}

/** Paths as Git writes them: Azure's own begin with a slash. */
export const gitPath = (path: string): string => path.replace(/^\/+/, '').replace(/\/+$/, '');

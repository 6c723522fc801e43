import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '../lib/pause.ts';

const WAIT_FOR_PREDECESSOR_MS = 15_000;

/**
 * A predecessor that was killed leaves a Postgres that is about to end. A pid file without its Postgres is removed:
 * in a container the same number may by now be another process, and Postgres would take that for itself.
 */
export async function waitUntilUnused(data: string): Promise<void> {
  const deadline = Date.now() + WAIT_FOR_PREDECESSOR_MS;
  for (;;) {
    const pid = Number((await readPidFile(data))?.[0]);
    if (!(pid > 0)) return;
    if (!(await isPostgresOf(data, pid))) return rm(join(data, 'postmaster.pid'), { force: true });
    if (Date.now() > deadline) {
      throw new Error(
        `Another process (${pid}) runs Postgres on the data in "${data}": stop it, then start again.`,
      );
    }
    await pause(50);
  }
}

async function isPostgresOf(data: string, pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  if (process.platform !== 'linux') return true;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  return folder === (await realpath(data));
}

/** The lines of a running Postgres' own note: its process id first, its port fourth, its state eighth. */
export async function readPidFile(data: string): Promise<string[] | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text?.split('\n');
}

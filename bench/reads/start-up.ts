/** How long the program takes from its command to being ready, and what it weighs when nobody asks anything. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, residentMib } from '../feed/contenders.ts';

export type StartUp = { readyMs: number; atRestMib: number; sandboxFirstMs: number };

const REST_MS = 10_000;
const PATIENCE_MS = 60_000;

/** `npm start` on an existing database, the fastest of some times; `npm run sandbox` with nothing there yet. */
export async function startUp(
  databaseUrl: string,
  { folder, times }: { folder: string; times: number },
): Promise<StartUp> {
  const ready: number[] = [];
  let atRestMib = NaN;
  for (let time = 1; time <= times; time++) {
    await using started = await start('start', {
      DATABASE_URL: databaseUrl,
      AZURE_DEVOPS_PROJECTS: 'http://127.0.0.1:1/contoso/Tenants',
      AZURE_DEVOPS_PAT: 'none',
      ENTRA_EMULATOR_URL: 'http://127.0.0.1:1',
      ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 7).toString('base64')}`,
      SANDBOX_API_KEYS: JSON.stringify([
        { name: 'bench', role: 'VIEWER', sha256: createHash('sha256').update('bench').digest('hex') },
      ]),
      LOG_LEVEL: 'silent',
    });
    ready.push(started.readyMs);
    if (time < times) continue;
    await sleep(REST_MS);
    atRestMib = await residentMib(await started.nodePid());
  }
  const ports = { SANDBOX_PORT: String(await freePort()), SANDBOX_DATA: join(folder, 'sandbox') };
  await using sandbox = await start('sandbox', { ...ports, LOG_LEVEL: 'silent' });
  return { readyMs: Math.min(...ready), atRestMib, sandboxFirstMs: sandbox.readyMs };
}

type Started = AsyncDisposable & { readyMs: number; nodePid(): Promise<number> };

async function start(script: string, environment: Record<string, string>): Promise<Started> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: new URL('../../', import.meta.url).pathname,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      PORT: String(port),
      HOST: '127.0.0.1',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  while (!(await isReady(port))) {
    if (child.exitCode !== null || performance.now() - begun > PATIENCE_MS)
      throw new Error(`npm run ${script} did not become ready.`);
    await sleep(10);
  }
  const readyMs = performance.now() - begun;
  return { readyMs, nodePid: () => lastChildOf(child.pid ?? NaN), [Symbol.asyncDispose]: () => end(child) };
}

const isReady = (port: number) =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** npm starts a shell, which starts or becomes Node. */
async function lastChildOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const [child] = text.trim().split(' ').map(Number);
  return child ? lastChildOf(child) : pid;
}

/** With everything that it started: they are a group of their own, and npm ends before they do. */
async function end({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return;
  const isThere = (signal: NodeJS.Signals | 0) => {
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  };
  if (isThere('SIGTERM')) while (isThere(0)) await sleep(50);
}

/** The production entry as a process: what it says when it cannot start, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { expect, onTestFinished, test } from 'vitest';
import { sandboxEnvironment } from '../src/sandbox-environment.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { createTestDatabase } from './support/database.ts';
import { freePort } from './support/free-port.ts';
import { silent } from './support/silent.ts';
import { waitFor } from './support/wait-for.ts';

const PATIENT = { withinMs: 25_000 };

function run(environment: Record<string, string | undefined>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['src/main.ts'], { env: { PATH: process.env.PATH, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, output: () => output };
}

async function environmentOfSandbox(port: number) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'tenant-sync-main-'));
  const database = await createTestDatabase();
  const sandbox = await startSandbox({
    dataFolder,
    port: 0,
    timeScale: 20,
    apiUrl: () => `http://127.0.0.1:${port}`,
    scenarios: false,
    fleet: 'small',
    logger: silent,
  });
  onTestFinished(async () => {
    await sandbox.stop();
    await database[Symbol.asyncDispose]();
    await rm(dataFolder, { recursive: true, force: true });
  });
  return { ...sandboxEnvironment(sandbox, { databaseUrl: database.url, port }), LOG_LEVEL: 'info' };
}

test('It refuses to start with one list of everything that is missing', async () => {
  const { child, output } = run({ PORT: 'many' });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  for (const name of ['PORT', 'DATABASE_URL', 'AZURE_DEVOPS_PROJECTS', 'ENCRYPTION_KEYS'])
    expect(output()).toContain(name);
});

test('It tells sockets to come back and ends in good order when it is asked to', async () => {
  const port = await freePort();
  const { child, output } = run(await environmentOfSandbox(port));
  await waitFor(
    () => `readiness; it said ${output()}`,
    async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
      return answer?.status === 200;
    },
    PATIENT,
  );
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const closed = once(socket, 'close') as Promise<[number]>;
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  expect((await closed)[0]).toBe(1012);
  expect((await ended)[0]).toBe(0);
});

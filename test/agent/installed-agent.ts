/** The pipeline's command as an agent has it: packed, installed, and run by that agent's own Node.js. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AgentCall } from '../../src/agent/run-agent.ts';

const MODULES_BIN = join('node_modules', '.bin');

/** A Node.js 20 of this machine, outside of what the checkout brings; the present one where there is none. */
export function agentNode(): { path: string; version: string } {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith(MODULES_BIN));
  const found = folders.map((folder) => join(folder, 'node')).filter((path) => existsSync(path));
  const versions = [...found, process.execPath].map((path) => ({ path, version: versionOf(path) }));
  const [first = { path: process.execPath, version: process.version }] = versions;
  return versions.find(({ version }) => version.startsWith('v20.')) ?? first;
}

const versionOf = (path: string) => execFileSync(path, ['--version']).toString('utf8').trim();

/** The command's file below the folder's node_modules. */
export function installAgent(folder: string): string {
  const run = (command: string, args: string[], cwd: string) =>
    execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  run('npm', ['run', '--silent', 'agent:pack', '--', folder], process.cwd());
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  run(
    'npm',
    ['install', '--offline', '--no-audit', '--no-fund', '--prefix', folder, join(folder, tarball)],
    folder,
  );
  return join(folder, MODULES_BIN, 'tenant-sync-agent');
}

export type InstalledAgent = { node: string; command: string; onSpawn?: (child: ChildProcess) => void };

/** Runs it as a process of its own; what it says on the way goes to the call. */
export function runInstalled({ node, command, onSpawn }: InstalledAgent, call: AgentCall): Promise<number> {
  const child = spawn(node, [command, ...call.args], {
    // Nothing of this process but what every process has.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...call.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onSpawn?.(child);
  call.signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => call.write(line));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

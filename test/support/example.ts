/** The programs of examples/, run as their readers would run them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type Running = AsyncDisposable & {
  lines: string[];
  problems: string[];
  ended: Promise<number | null>;
  kill(): Promise<void>;
};

export function runExample(name: string, args: string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, [`examples/${name}.ts`, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  const kill = () => killed(child, ended);
  return {
    lines: linesOf(child.stdout),
    problems: linesOf(child.stderr),
    ended,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

function linesOf(stream: NodeJS.ReadableStream): string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on('line', (line) => lines.push(line));
  return lines;
}

async function killed(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null) child.kill('SIGKILL');
  await ended;
}

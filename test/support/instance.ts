/** The program as it runs in production: a process of its own, which may be killed, frozen and thawed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type Instance = AsyncDisposable & {
  port: number;
  url: string;
  pid: number;
  /** As `kill -9`: resolves when the process is gone. */
  kill(): Promise<void>;
  /** As `kill`: resolves to the exit code. */
  stop(): Promise<number | null>;
  freeze(): void;
  thaw(): void;
  isRunning(): boolean;
  /** The last lines that it logged. */
  lastLines(): string[];
};

export type InstanceOptions = {
  environment: Record<string, string | undefined>;
  /** A module that is loaded before the program. */
  preload?: string;
  /** Told the process's id at once, long before it is ready. */
  onSpawn?: (pid: number) => void;
};

const LINES_KEPT = 40;

/** Resolves when it is ready. */
export async function startInstance({ environment, preload, onSpawn }: InstanceOptions): Promise<Instance> {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [...(preload ? ['--import', preload] : []), 'src/main.ts'], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid) onSpawn?.(child.pid);
  const lines: string[] = [];
  await ready(child, lines);
  const port = Number(environment.PORT);
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: NodeJS.Signals) => {
    if (!gone()) {
      const exited = once(child, 'exit');
      child.kill(signal);
      // A frozen process takes no other signal than SIGKILL.
      child.kill('SIGCONT');
      await exited;
    }
    return child.exitCode;
  };
  return {
    port,
    url: `http://127.0.0.1:${port}/graphql`,
    pid: child.pid ?? 0,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    isRunning: () => !gone(),
    lastLines: () => [...lines],
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
}

async function ready(child: ChildProcess, lines: string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    if (line.includes('The API is ready.')) resolve();
  };
  if (child.stdout) createInterface(child.stdout).on('line', keep);
  if (child.stderr) createInterface(child.stderr).on('line', keep);
  child.once('exit', (code, signal) =>
    reject(new Error(`The program ended (${code ?? signal}) before it was ready:\n${lines.join('\n')}`)),
  );
  await promise;
}

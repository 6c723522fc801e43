#!/usr/bin/env node
/** The command `tenant-sync-agent`. */
import { REAL_PATIENCE } from './agent/credential.ts';
import { runAgent } from './agent/run-agent.ts';

const canceled = new AbortController();
// Agents send the first, then the second, and end the process some seconds later.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => canceled.abort(new Error(`The agent sent ${signal}.`)));

process.exitCode = await runAgent({
  args: process.argv.slice(2),
  environment: process.env,
  write: (line) => void process.stdout.write(`${line}\n`),
  patience: REAL_PATIENCE,
  signal: canceled.signal,
});

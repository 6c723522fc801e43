import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantKey } from '../contract.ts';

export const LEDGER_KINDS = [
  'queued',
  'cancelRequested',
  'retried',
  'stageStarted',
  'stageEnded',
  'gateOpened',
  'gateAnswered',
  'gateClosed',
  'gateDeferred',
  'stoppedBySystem',
  'pushed',
  'finished',
  'deleted',
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

/** Something that really happened in the simulated Azure DevOps, whatever its API says about it. */
export type LedgerEntry = {
  /** RFC 3339. */
  at: string;
  kind: LedgerKind;
  key: TenantKey;
  buildId: number | null;
  details: Record<string, string | number | boolean | null>;
};

/** Append-only; survives restarts. */
export class Ledger {
  readonly #path: string;
  readonly #entries: LedgerEntry[];
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, entries: LedgerEntry[]) {
    this.#path = path;
    this.#entries = entries;
  }

  /** Oldest first. */
  entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  add(entry: LedgerEntry): void {
    this.#entries.push(entry);
    this.#writing = this.#writing.then(() => appendFile(this.#path, `${JSON.stringify(entry)}\n`));
    // The failure is told by flush; without a handler here it would end the process.
    this.#writing.catch(() => undefined);
  }

  flush(): Promise<void> {
    return this.#writing;
  }
}

export async function openLedger(folder: string): Promise<Ledger> {
  const path = join(folder, 'ledger.jsonl');
  const text = await readFile(path, 'utf8').catch(() => '');
  return new Ledger(path, text.split('\n').flatMap(parseLine));
}

/** A process that was killed may have left half a line. */
function parseLine(line: string): LedgerEntry[] {
  try {
    return [JSON.parse(line) as LedgerEntry];
  } catch {
    return [];
  }
}

import { backOffMs, pause } from '../../lib/pause.ts';
import type { ChangeResult } from '../contract.ts';
import type { FileDifference } from '../differences.ts';
import type { StageContext, TenantConnection } from '../stage.ts';
import { readTenantFiles } from '../tenant-files.ts';

/** A directory shows most of what was written within seconds. */
const PATIENCE_MS = 60_000;

/**
 * Waits until the tenant's lists show what was created and no more what was deleted. The next backup would take an
 * object that is not listed yet for one that somebody deleted by hand, and remove its file.
 */
export async function untilVisible(
  { report, signal }: StageContext,
  tenant: TenantConnection,
  differences: readonly FileDifference[],
  results: readonly ChangeResult[],
): Promise<void> {
  const applied = new Set(results.filter(({ result }) => result === 'APPLIED').map(({ path }) => path));
  const written = differences.filter(({ kind, path }) => kind !== 'CHANGED' && applied.has(path));
  if (written.length === 0) return;
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    const { files: present } = await readTenantFiles(tenant);
    const missing = written.filter(({ kind, path }) => present.has(path) !== (kind === 'ADDED'));
    if (missing.length === 0) return;
    report.progress(95, `Waiting until the tenant shows ${missing.length} changes`);
    if (Date.now() > giveUpAt) {
      for (const { kind, path } of missing) report.log(`The tenant does not show it yet: ${kind} ${path}`);
      return;
    }
    await pause(backOffMs(attempt, 250, 10_000), signal);
  }
}

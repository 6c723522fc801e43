import { OWN_WORK } from '../access/viewer.ts';
import type { RunId } from '../lib/ids.ts';
import { inTransaction } from '../database/database.ts';
import { UpstreamError } from '../lib/errors.ts';
import type { Services } from './services.ts';
import { lockRun } from './write-run.ts';

/** Job: asks Azure DevOps to stop the run. Whether it did is observed, like everything else. */
export async function sendCancel(services: Services, runId: RunId): Promise<void> {
  const found = await inTransaction(services.db, (tx) => lockRun(tx, OWN_WORK.jobs, runId));
  // Without a number yet, the job that queues the run enqueues this one again.
  if (!found || found.run.buildId === null || found.run.status === 'COMPLETED') return;
  try {
    await services.azure.cancelRun(found.tenant, found.run.buildId);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.isRetryable) throw error;
    // Azure refuses to cancel what has ended: the next look tells how.
    services.logger.warn('Azure DevOps refused to cancel a run.', { run: runId, reason: error.message });
  }
  services.lookSoon(found.tenant, found.run.buildId);
}

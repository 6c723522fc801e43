import { audit, recordingRefusals } from '../access/audit.ts';
import { mustBeAllowed, type Viewer } from '../access/viewer.ts';
import { databaseNow, inTransaction } from '../database/database.ts';
import type { RunId } from '../lib/ids.ts';
import { newestChallenge } from './challenges.ts';
import { ActionRefused, NotFound } from './refusals.ts';
import type { Services } from './services.ts';
import type { SyncRun } from './sync-run.ts';
import { lockRun } from './write-run.ts';

/** A new code within the run's sign-in window. Refusals: NotFound, ActionRefused. Throws Forbidden. */
export function restartAuthentication(services: Services, viewer: Viewer, runId: RunId): Promise<SyncRun> {
  const facts = { viewer, act: 'RESTART_AUTHENTICATION' as const, tenantId: null, target: runId };
  return recordingRefusals(services.db, facts, () => restart(services, viewer, runId));
}

async function restart(services: Services, viewer: Viewer, runId: RunId): Promise<SyncRun> {
  const found = await inTransaction(services.db, (tx) => lockRun(tx, viewer, runId));
  if (!found) {
    throw new NotFound(
      `There is no sync run ${runId}. Take the id from a tenant's latestRun or from syncRuns.`,
    );
  }
  const { tenant, run } = found;
  mustBeAllowed(viewer, 'authenticate', tenant.id);
  const challenge = await newestChallenge(services.db, runId);
  if (run.status !== 'PENDING_AUTHENTICATION' || !challenge || !tenant.directoryId) {
    throw new ActionRefused(
      'WRONG_STATUS',
      `The sync is not waiting for a sign-in: it is ${run.status}.`,
      run,
    );
  }
  if ((await databaseNow(services.db)) >= challenge.windowEndsAt) {
    const message =
      "The sign-in window of this sync has closed. Start the tenant's sync again to get a new code.";
    throw new ActionRefused('EXPIRED', message, run);
  }
  const { id: tenantId, directoryId, authentication } = tenant;
  const facts = { viewer, act: 'RESTART_AUTHENTICATION' as const, tenantId, target: runId };
  await inTransaction(services.db, (tx) => audit(tx, facts));
  await services.desk.start(tenant, runId, { tenantId, directoryId, authentication });
  return run;
}

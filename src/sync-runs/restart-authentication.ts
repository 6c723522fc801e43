import { audit, recordingRefusals } from '../access/audit.ts';
import { EVERY_TIME, type Once } from '../access/once.ts';
import { mustBeAllowed, type Viewer } from '../access/viewer.ts';
import type { TenantAccount } from '../azure-devops/sign-in.ts';
import { databaseNow, inTransaction, type Tx } from '../database/database.ts';
import type { RunId } from '../lib/ids.ts';
import { newestChallenge } from './challenges.ts';
import { ActionRefused } from './refusals.ts';
import type { Services } from './services.ts';
import { startSignIn } from './start-sign-in.ts';
import type { SyncRun } from './sync-run.ts';
import { type LockedRun, mustLockRun } from './write-run.ts';

export type RestartAuthenticationInput = { runId: RunId; once?: Once };

/** A new code within the run's sign-in window. Refusals: NotFound, ActionRefused. Throws Forbidden. */
export function restartAuthentication(
  services: Services,
  viewer: Viewer,
  input: RestartAuthenticationInput,
): Promise<SyncRun> {
  const facts = { viewer, act: 'RESTART_AUTHENTICATION' as const, tenantId: null, target: input.runId };
  return recordingRefusals(services.db, facts, () => restart(services, viewer, input));
}

async function restart(
  services: Services,
  viewer: Viewer,
  { runId, once = EVERY_TIME }: RestartAuthenticationInput,
): Promise<SyncRun> {
  const check = (tx: Tx) => findAllowed(tx, viewer, runId);
  const found = await inTransaction(services.db, async (tx) => {
    const locked = await check(tx);
    return { ...locked, account: (await once.wasDone(tx)) ? null : await mustWait(tx, locked) };
  });
  const recorded = (tx: Tx, record: () => Promise<SyncRun>) =>
    once.run(tx, {
      check: () => check(tx),
      act: async ({ tenant }) => {
        const run = await record();
        await audit(tx, { viewer, act: 'RESTART_AUTHENTICATION', tenantId: tenant.id, target: runId });
        return run;
      },
    });
  const { run, account } = found;
  // Entra is not asked for what was done before under the same key.
  if (!account) return inTransaction(services.db, (tx) => recorded(tx, () => Promise.resolve(run)));
  return startSignIn(services, { runId, account, inside: recorded });
}

async function findAllowed(tx: Tx, viewer: Viewer, runId: RunId): Promise<LockedRun> {
  const locked = await mustLockRun(tx, viewer, runId);
  mustBeAllowed(viewer, 'authenticate', locked.tenant.id);
  return locked;
}

async function mustWait(tx: Tx, { tenant, run }: LockedRun): Promise<TenantAccount> {
  const { id: tenantId, directoryId, authentication } = tenant;
  const challenge = await newestChallenge(tx, run.id);
  if (run.status !== 'PENDING_AUTHENTICATION' || !challenge || !directoryId) {
    const message = `The sync is not waiting for a sign-in: it is ${run.status}.`;
    throw new ActionRefused('WRONG_STATUS', message, run);
  }
  if ((await databaseNow(tx)) < challenge.windowEndsAt) return { tenantId, directoryId, authentication };
  const message =
    "The sign-in window of this sync has closed. Start the tenant's sync again to get a new code.";
  throw new ActionRefused('EXPIRED', message, run);
}

/** What one observed build does to our record: adopt it, store what was handed over, then move its status. */
import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Tx } from '../database/database.ts';
import type { RunObservation } from '../azure-devops/port.ts';
import type { ChangeSet } from '../change-sets/change-set.ts';
import { readDifferences, readPreview } from '../change-sets/change-set-content.ts';
import { recordPortalDecisions } from '../change-sets/portal-decisions.ts';
import { repositoryOf } from '../change-sets/present-digest.ts';
import { newestChangeSet, storeChangeSet, storeResults } from '../change-sets/store-change-set.ts';
import { PREVIEW_READY_TAG } from '../pipeline/contract.ts';
import { adoptRun, AZURE_DEVOPS_ACTOR } from '../sync-runs/adopt-run.ts';
import { observedError } from '../sync-runs/observed-error.ts';
import { deployBegan, observedEvent, observedOutcome } from '../sync-runs/observed-event.ts';
import { observedAttempt, observedFacts, UNKNOWN_RUN } from '../sync-runs/observed-facts.ts';
import { digestKeyOf } from '../sync-runs/digest-key.ts';
import type { Services } from '../sync-runs/services.ts';
import type { SyncError, SyncRun } from '../sync-runs/sync-run.ts';
import { applyToRun, type LockedRun, lockRun } from '../sync-runs/write-run.ts';
import type { Tenant } from '../tenants/tenant.ts';

/** The run of a build that a list showed, brought up to date. */
export async function observeBuild(services: Services, tenant: Tenant, buildId: number): Promise<void> {
  const seen = await services.azure.readRun(tenant, buildId);
  if (!seen) return;
  const run = await adoptRun(services.db, { tenant, seen }, () =>
    readErrorOf(services, { tenant, run: { ...UNKNOWN_RUN, error: null } }, seen),
  );
  await observeRun(services, { tenant, run }, seen);
}

/**
 * Stores everything that a subscriber who hears of the new status will ask for, before the status itself: the change
 * set, decisions taken in the portal, the results of a deploy.
 */
export async function observeRun(
  services: Services,
  { tenant, run }: { tenant: Tenant; run: SyncRun },
  seen: RunObservation,
): Promise<SyncRun> {
  if (hasPreview(seen)) await takeChangeSet(services, { tenant, run }, seen);
  for (const approval of seen.approvals) await recordPortalDecisions(services, run, approval);
  if (seen.phase === 'FINISHED') await takeResults(services, { tenant, run }, seen);
  const error = await readErrorOf(services, { tenant, run }, seen);
  return inTransaction(services.db, async (tx) => {
    const locked = await lockReopened(tx, run, seen);
    const now = await databaseNow(tx);
    const event = observedEvent(locked.run, seen, now);
    const facts = {
      ...observedFacts(locked.tenant, locked.run, seen),
      error,
      observedAt: now,
    };
    return applyToRun(tx, locked, { event, facts, actor: AZURE_DEVOPS_ACTOR });
  });
}

/** A run that goes on although it had ended opens again first, even when by now it has ended once more. */
async function lockReopened(tx: Tx, run: SyncRun, seen: RunObservation): Promise<LockedRun> {
  const locked = await lockRun(tx, OWN_WORK.poller, run.id);
  if (!locked) throw new Error(`The run ${run.id} disappeared while it was observed.`);
  if (!goesOn(locked.run, seen)) return locked;
  const facts = {
    attempt: observedAttempt(locked.run, seen),
    error: null,
    canceledBy: null,
    cancelRequestedBy: null,
    cancelRequestedAt: null,
  };
  await applyToRun(tx, locked, { event: 'retried', facts, actor: AZURE_DEVOPS_ACTOR });
  return lockReopened(tx, run, seen);
}

/** It was retried in Azure DevOps; or we had given it up, and here it is. */
const goesOn = (run: Pick<SyncRun, 'status' | 'attempt' | 'error'>, seen: RunObservation) =>
  (observedAttempt(run, seen) > run.attempt && (run.status === 'COMPLETED' || run.status === 'CANCELING')) ||
  (run.status === 'COMPLETED' && !seen.isDeleted && GIVEN_UP.has(run.error?.code ?? ''));

/** Codes of ours for runs that Azure DevOps did not know at the time. */
const GIVEN_UP = new Set(['QUEUE_UNANSWERED', 'RUN_DELETED']);

/**
 * The timeline may be younger than the build that a list showed, so the tag alone does not say it; and a tag of the
 * attempt before says nothing of a preview that runs again.
 */
function hasPreview({ stages, tags }: RunObservation): boolean {
  const preview = stages.find(({ stage }) => stage === 'PREVIEW');
  return preview ? preview.state === 'SUCCEEDED' : tags.includes(PREVIEW_READY_TAG);
}

async function takeChangeSet(
  services: Services,
  { tenant, run }: { tenant: Tenant; run: SyncRun },
  seen: RunObservation,
): Promise<void> {
  const attempt = seen.stages.find((stage) => stage.stage === 'PREVIEW')?.attempt ?? seen.attempt;
  const known = await newestChangeSet(services.db, run.id);
  if (known?.attempt === attempt) return;
  const repository = repositoryOf(tenant);
  const preview = await readPreview(services.azure, repository, seen.buildId);
  if (!preview) return;
  const { tenantStateSha, desiredSha } = preview;
  await storeChangeSet(services.db, run, {
    tenantStateSha,
    desiredSha,
    attempt,
    digestKey: await digestKeyOf(services, tenant.id),
    differences: readDifferences(services.azure, repository, preview),
  });
}

async function takeResults(
  services: Services,
  { tenant, run }: { tenant: Tenant; run: SyncRun },
  seen: RunObservation,
): Promise<void> {
  if (!deployBegan(seen)) return;
  const changeSet = await newestChangeSet(services.db, run.id);
  if (changeSet && hasResults(changeSet)) return;
  const report = changeSet && (await services.azure.readResults(tenant, seen.buildId));
  if (report) await storeResults(services.db, changeSet, report.results);
}

const hasResults = ({ summary }: ChangeSet) => summary.applied + summary.skipped + summary.failed > 0;

type ErrorFacts = Pick<SyncRun, 'status' | 'attempt' | 'error' | 'deployBegan' | 'cancelRequestedAt'>;

async function readErrorOf(
  services: Services,
  { tenant, run }: { tenant: Tenant; run: ErrorFacts },
  seen: RunObservation,
): Promise<SyncError | null> {
  const now = await databaseNow(services.db);
  const outcome = seen.phase === 'FINISHED' ? observedOutcome(run, seen, now) : null;
  if (!outcome || outcome === 'SUCCEEDED') return null;
  if (run.status === 'COMPLETED' && run.error && !goesOn(run, seen)) return run.error;
  const attachment = await services.azure.readError(tenant, seen.buildId);
  const began = run.deployBegan || deployBegan(seen);
  return observedError(seen, outcome, { attachment, deployBegan: began, at: now });
}

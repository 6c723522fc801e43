import { OWN_WORK } from '../access/viewer.ts';
import { databaseNow, inTransaction } from '../database/database.ts';
import type { BuildObservation } from '../azure-devops/port.ts';
import { SERVICE_ACTOR } from '../events/actor.ts';
import { enqueue } from '../jobs/jobs.ts';
import { isRefusal, messageOf, UpstreamError } from '../lib/errors.ts';
import type { RunId } from '../lib/ids.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Services } from './services.ts';
import type { SyncError, SyncRun } from './sync-run.ts';
import { applyToRun, lockRun } from './write-run.ts';

export type Try = {
  attempt: number;
  maxAttempts: number;
  /** False once another process may be doing the same. */
  isOurs: () => boolean;
};

/**
 * Job: hands a run to Azure DevOps. Azure has no idempotency key, so a repeated try first looks for the build that
 * carries the run's id: a lost answer never starts a second sync.
 */
export async function queueRun(services: Services, runId: RunId, tried: Try): Promise<void> {
  const found = await inTransaction(services.db, (tx) => lockRun(tx, OWN_WORK.jobs, runId));
  if (!found || found.run.buildId !== null || found.run.status === 'COMPLETED') return;
  const { tenant, run } = found;
  try {
    const earlier = await findEarlier(services, { tenant, run }, tried);
    if (!earlier && run.cancelRequestedAt) return await endUnqueued(services, run);
    const build = earlier ?? (await queue(services, { tenant, run }, tried));
    await bind(services, runId, build);
    services.lookSoon(tenant, build.buildId);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (mayHaveStarted(error) && tried.attempt < tried.maxAttempts) throw error;
    await endRefused(services, run, error);
  }
}

/** Only a refusal is certain: an answer that was lost, late or unreadable may have come from a run that began. */
const mayHaveStarted = (error: UpstreamError) => !isRefusal(error);

async function findEarlier(
  services: Services,
  { tenant, run }: { tenant: Tenant; run: SyncRun },
  tried: Try,
) {
  if (tried.attempt === 1) return null;
  try {
    return await services.azure.findSync(tenant, tenant.pipelineId, run.id);
  } catch (error) {
    // That it cannot be looked for is no refusal to start it.
    if (!(error instanceof UpstreamError)) throw error;
    const { message, system } = error;
    throw new UpstreamError(message, { system, isRetryable: true, cause: error });
  }
}

/** Asked at the last moment: while it waited for its turn, this process may have slept. */
const queue = (
  services: Services,
  { tenant, run }: { tenant: Tenant; run: SyncRun },
  { isOurs }: Try,
): Promise<BuildObservation> =>
  services.azure.queueSync(tenant, {
    pipelineId: tenant.pipelineId,
    syncRequestId: run.id,
    comment: run.comment ?? '',
    mode: run.mode,
    beforeSending: () => {
      if (!isOurs()) throw new Error(`${run.id} was left to another process: this one slept.`);
    },
  });

/** Stores Azure's number; a cancel that was asked for meanwhile can be sent now. */
async function bind(services: Services, runId: RunId, build: BuildObservation): Promise<void> {
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.jobs, runId);
    if (!locked || locked.run.buildId !== null) return;
    const facts = { buildId: build.buildId, name: build.runName, webUrl: build.webUrl };
    await applyToRun(tx, locked, { event: null, facts, actor: SERVICE_ACTOR });
    if (locked.run.cancelRequestedAt) await enqueue(tx, 'cancel-run', { runId });
  });
}

async function endUnqueued(services: Services, run: SyncRun): Promise<void> {
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.jobs, run.id);
    if (!locked) return;
    const actor = locked.run.cancelRequestedBy ?? SERVICE_ACTOR;
    await applyToRun(tx, locked, { event: 'finished_canceled', facts: { canceledBy: 'PERSON' }, actor });
  });
}

async function endRefused(services: Services, run: SyncRun, refusal: UpstreamError): Promise<void> {
  await inTransaction(services.db, async (tx) => {
    const locked = await lockRun(tx, OWN_WORK.jobs, run.id);
    // A look may have found it meanwhile.
    if (locked?.run.buildId !== null) return;
    const error: SyncError = {
      code: mayHaveStarted(refusal) ? 'QUEUE_UNANSWERED' : 'QUEUE_REFUSED',
      message: `Azure DevOps did not start the pipeline: ${messageOf(refusal)}`,
      stage: null,
      jobUrl: null,
      isPartial: false,
      occurredAt: (await databaseNow(tx)).toISOString(),
    };
    await applyToRun(tx, locked, { event: 'finished_failed', facts: { error }, actor: SERVICE_ACTOR });
  });
}

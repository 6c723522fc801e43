import { and, desc, eq, inArray } from 'drizzle-orm';
import { audit, recordingRefusals } from '../access/audit.ts';
import { EVERY_TIME, type Once } from '../access/once.ts';
import { mustBeAllowed, type Viewer } from '../access/viewer.ts';
import { databaseNow, inTransaction, type Tx } from '../database/database.ts';
import { enqueue } from '../jobs/jobs.ts';
import type { TenantId } from '../lib/ids.ts';
import type { SyncMode } from '../pipeline/contract.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { lockTenant } from '../tenants/write-tenant.ts';
import { type ActionFacts, refusalFor } from './actions.ts';
import { checkedComment } from './comment.ts';
import { ActionRefused, NotFound, SyncAlreadyOpen } from './refusals.ts';
import type { Services } from './services.ts';
import type { SyncRun } from './sync-run.ts';
import { syncRuns } from './sync-runs.table.ts';
import { insertRun } from './write-run.ts';

/** The first four take half a minute, each further one as long again: about ten minutes in all. */
const TRIES_TO_QUEUE = 23;

export type StartSyncInput = { tenantId: TenantId; mode: SyncMode; comment: string | null; once?: Once };

/**
 * Puts a run on record and in the queue, in one transaction; a job hands it to Azure DevOps.
 * Refusals: NotFound, InvalidInput, SyncAlreadyOpen, ActionRefused. Throws Forbidden.
 */
export function startSync(services: Services, viewer: Viewer, input: StartSyncInput): Promise<SyncRun> {
  const { tenantId } = input;
  const facts = { viewer, act: 'START_SYNC' as const, tenantId, target: tenantId };
  return recordingRefusals(services.db, facts, () => start(services, viewer, input));
}

async function start(services: Services, viewer: Viewer, input: StartSyncInput): Promise<SyncRun> {
  const { once = EVERY_TIME, mode, tenantId } = input;
  const comment = checkedComment(input.comment);
  return inTransaction(services.db, (tx) =>
    once.run(tx, {
      check: async () => {
        const tenant = await lockTenant(tx, viewer, tenantId);
        if (!tenant)
          throw new NotFound(`There is no tenant ${tenantId}. Take the id from the query tenants.`);
        mustBeAllowed(viewer, 'startSync', tenant.id);
        return tenant;
      },
      act: async (tenant) => {
        refuseUnlessPossible(await factsOf(tx, { viewer, tenant, mode }));
        const by = { trigger: 'MANUAL' as const, requestedBy: viewer.actor, queuedAt: await databaseNow(tx) };
        const facts = { ...by, mode, comment };
        const run = await insertRun(tx, tenant, { run: facts, event: null, actor: viewer.actor });
        await enqueue(tx, 'queue-run', { runId: run.id }, { maxAttempts: TRIES_TO_QUEUE });
        await audit(tx, { viewer, act: 'START_SYNC', tenantId, target: run.id, details: { mode } });
        return run;
      },
    }),
  );
}

function refuseUnlessPossible(facts: ActionFacts): void {
  const refusal = refusalFor('START_SYNC', facts);
  if (!refusal) return;
  if (refusal.reason === 'SYNC_ALREADY_OPEN' && facts.latestRun) {
    throw new SyncAlreadyOpen(refusal.message, facts.latestRun);
  }
  throw new ActionRefused(refusal.reason, refusal.message, facts.latestRun);
}

async function factsOf(
  tx: Tx,
  { viewer, tenant, mode }: { viewer: Viewer; tenant: Tenant; mode: SyncMode },
): Promise<ActionFacts> {
  const latestRun = await newestRun(tx, tenant.id);
  return {
    viewer,
    tenant,
    run: latestRun,
    latestRun,
    hasChangeSet: false,
    decisions: [],
    revert: null,
    tenantHasUnfinishedRevert: await hasUnfinishedRevert(tx, tenant.id),
    challenge: null,
    mode,
    now: await databaseNow(tx),
  };
}

async function newestRun(tx: Tx, tenantId: TenantId): Promise<SyncRun | null> {
  const [run] = await tx
    .select()
    .from(syncRuns)
    .where(eq(syncRuns.tenantId, tenantId))
    .orderBy(desc(syncRuns.queuedAt), desc(syncRuns.id))
    .limit(1);
  return run ?? null;
}

/** The words of RevertStatus in which a revert is still going on; its own room comes later in the import order. */
const UNFINISHED_REVERTS = ['QUEUED', 'RUNNING', 'PULL_REQUEST_OPEN'];

async function hasUnfinishedRevert(tx: Tx, tenantId: TenantId): Promise<boolean> {
  const [run] = await tx
    .select({ id: syncRuns.id })
    .from(syncRuns)
    .where(and(eq(syncRuns.tenantId, tenantId), inArray(syncRuns.revertStatus, UNFINISHED_REVERTS)))
    .limit(1);
  return run !== undefined;
}

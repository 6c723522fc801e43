import type { Services } from '../sync-runs/services.ts';
import { digestKeyOf } from '../sync-runs/digest-key.ts';
import type { SyncRun } from '../sync-runs/sync-run.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { readDifferences } from './change-set-content.ts';
import { newestChangeSet, storeChangeSet } from './store-change-set.ts';

/**
 * The digest of what the run would deploy now, by Azure's own record. null: the pipeline's hand-over is gone, so the
 * deploy stage's own comparison is the one that counts. A preview that was run again is stored, so that people see it.
 */
export async function readPresentDigest(
  services: Services,
  tenant: Tenant,
  run: SyncRun,
): Promise<string | null> {
  const { azure, db } = services;
  const handedOver = run.buildId === null ? null : await azure.readChangeSet(tenant, run.buildId);
  if (!handedOver) return null;
  const { tenantStateSha, desiredSha } = handedOver;
  const known = await newestChangeSet(db, run.id);
  if (known?.tenantStateSha === tenantStateSha && known.desiredSha === desiredSha) return known.digest;
  return storeChangeSet(db, run, {
    tenantStateSha,
    desiredSha,
    attempt: run.attempt,
    digestKey: await digestKeyOf(services, tenant.id),
    differences: readDifferences(azure, repositoryOf(tenant), { tenantStateSha, desiredSha }),
  });
}

export const repositoryOf = ({ organization, project, repositoryId }: Tenant) => ({
  organization,
  project,
  repositoryId,
});

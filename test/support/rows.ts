/** Rows for tests of reading only; whatever changes is tested by runs that went through the whole program. */
import type { Db } from '../../src/database/database.ts';
import { newId } from '../../src/lib/ids.ts';
import { changes, changeSets, decisions, reverts } from '../../src/change-sets/change-sets.table.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import type { SyncRun } from '../../src/sync-runs/sync-run.ts';
import { challenges, syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { eq } from 'drizzle-orm';
import type { Seal } from '../../src/lib/seal.ts';
import { ORGANIZATION, PROJECT } from './api.ts';

export async function addTenant(db: Db, name: string, facts: Partial<Tenant> = {}): Promise<Tenant> {
  const [tenant] = await db
    .insert(tenants)
    .values({
      id: newId('ten'),
      organization: ORGANIZATION,
      project: PROJECT,
      projectId: 'project-1',
      repositoryId: `repository-${name}`,
      repositoryUrl: `https://dev.azure.com/${ORGANIZATION}/${PROJECT}/_git/${name}`,
      pipelineId: 7,
      name,
      displayName: name,
      gate: 'PRESENT',
      ...facts,
    })
    .returning();
  if (!tenant) throw new Error('The tenant was not inserted.');
  return tenant;
}

/** A run that is the tenant's newest. */
export async function addRun(db: Db, tenant: Tenant, facts: Partial<SyncRun> = {}): Promise<SyncRun> {
  const [run] = await db
    .insert(syncRuns)
    .values({
      id: newId('run'),
      tenantId: tenant.id,
      status: 'IN_PROGRESS',
      trigger: 'MANUAL',
      mode: 'FULL',
      queuedAt: new Date(),
      ...facts,
    })
    .returning();
  if (!run) throw new Error('The run was not inserted.');
  await db.update(tenants).set({ latestRunId: run.id }).where(eq(tenants.id, tenant.id));
  return run;
}

export async function addChallenge(db: Db, seal: Seal, run: SyncRun, { expiresInMs = 60_000 } = {}) {
  const id = newId('chl');
  const expiresAt = new Date(Date.now() + expiresInMs);
  await db.insert(challenges).values({
    id,
    runId: run.id,
    tenantId: run.tenantId,
    status: 'OPEN',
    sealedUserCode: seal.close('ABCD1234', id),
    verificationUri: 'https://microsoft.com/devicelogin',
    message: 'Sign in.',
    expiresAt,
    windowEndsAt: new Date(Date.now() + 120_000),
  });
}

/** A change set with that many changes, `/Source/000.json` and so on; every third is CHANGED, the others ADDED. */
export async function addChangeSet(db: Db, run: SyncRun, { count = 3, digest = 'd'.repeat(64) } = {}) {
  const [changeSet] = await db
    .insert(changeSets)
    .values({
      id: newId('cs'),
      runId: run.id,
      tenantId: run.tenantId,
      digest,
      attempt: 1,
      tenantStateSha: newId('cs'),
      desiredSha: 'b',
      summary: { added: count, changed: 0, removed: 0, applied: 0, skipped: 0, failed: 0 },
    })
    .returning();
  if (!changeSet) throw new Error('The change set was not inserted.');
  await db.insert(changes).values(
    Array.from({ length: count }, (_, position) => ({
      id: newId('chg'),
      changeSetId: changeSet.id,
      position,
      kind: position % 3 === 0 ? ('CHANGED' as const) : ('ADDED' as const),
      configurationType: 'MSGraph:ConditionalAccess:Policies',
      category: 'Entra ID',
      displayName: `Policy ${position}`,
      path: `/Source/${String(position).padStart(3, '0')}.json`,
      properties: [
        { path: 'state', before: '"disabled"', after: '"enabled"', isSensitive: false },
        { path: 'secret', before: null, after: null, isSensitive: true },
      ],
      diff: '-  "state": "disabled"\n+  "state": "enabled"',
    })),
  );
  return changeSet;
}

export async function addDecision(db: Db, run: SyncRun, by: string) {
  await db.insert(decisions).values({
    id: newId('dec'),
    runId: run.id,
    approvalId: run.approval?.approvalId ?? 'approval-1',
    verdict: 'APPROVE',
    by: { kind: 'API_KEY', id: `key/${by}`, displayName: by },
    personId: `key/${by}`,
    at: new Date(),
    via: 'API',
    state: 'SENDING',
  });
}

export async function addRevert(db: Db, run: SyncRun, changeSetId: `cs_${string}`) {
  await db.insert(reverts).values({
    id: newId('rev'),
    runId: run.id,
    changeSetId,
    status: 'CONFLICT',
    conflictingPaths: ['/Source/000.json'],
    requestedBy: { kind: 'API_KEY', id: 'key/approver', displayName: 'approver' },
  });
}

/** What discovery finds in Azure DevOps, and what becomes of it here. */
import { asc, eq } from 'drizzle-orm';
import { onTestFinished, expect, test } from 'vitest';
import { eventOutbox } from '../../src/events/events.table.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { knownPlaces, registerTenants } from '../../src/tenants/register-tenants.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import { openAdapter, PROJECT } from '../azure-devops/adapter-fixture.ts';
import { ask, BLUEPRINT, KEY } from '../sandbox/azure-devops/world.ts';
import { createTestDatabase } from '../support/database.ts';
import { addRun } from '../support/rows.ts';

async function openProject(setup: Parameters<typeof openAdapter>[0] = {}) {
  const [adapter, own] = await Promise.all([openAdapter(setup), createTestDatabase()]);
  onTestFinished(async () => {
    await adapter[Symbol.asyncDispose]();
    await own.drop();
  });
  const { db } = own.database;
  const all = () => db.select().from(tenants).orderBy(asc(tenants.id));
  return {
    ...adapter,
    db,
    all,
    discover: async () => {
      const places = await knownPlaces(db, PROJECT);
      await registerTenants(db, PROJECT, await adapter.azure.discoverTenants(PROJECT, places));
      const [tenant] = await all();
      if (!tenant) throw new Error('No tenant was found.');
      return tenant;
    },
    told: async () => {
      const rows = await db.select().from(eventOutbox).orderBy(asc(eventOutbox.id));
      return rows.map(({ body }) => body.kind);
    },
  };
}
type Project = Awaited<ReturnType<typeof openProject>>;

const CHECKS = 'Tenants/_apis/pipelines/checks/configurations';
const GROUP = { displayName: 'Approvers', isGroup: true };

/** Changes the gate's check as an administrator would. */
const changeGate = ({ sandbox }: Project, settings: object, timeout = 90) =>
  ask(sandbox, { method: 'PATCH', path: `${CHECKS}/1`, body: { settings, timeout } });

const serviceId = async ({ sandbox }: Project) => {
  const { body } = await ask(sandbox, { path: '_apis/connectionData' });
  return (body as { authenticatedUser: { id: string } }).authenticatedUser.id;
};

test('Repository, pipeline and environment are followed by their ids through any renaming', async () => {
  const project = await openProject();
  const before = await project.discover();
  const { sandbox } = project;
  sandbox.world.rename(KEY, { repository: 'contoso-europe' });
  expect(await project.discover()).toMatchObject({ id: before.id, name: 'contoso-europe', gate: 'PRESENT' });
  sandbox.world.rename(KEY, { pipeline: 'Nightly', environment: 'The gate' });
  const after = await project.discover();
  expect(after).toMatchObject({
    ...{ id: before.id, pipelineId: before.pipelineId, environmentId: before.environmentId },
    ...{ name: 'contoso-europe', gate: 'PRESENT', removedAt: null, serviceConnection: 'contoso-eu-sync' },
  });
  expect(after.gateCheck?.approvers).toHaveLength(2);
  expect(await project.all()).toHaveLength(1);
  expect(await project.told()).toEqual(['TENANT_ADDED']);
});

test('What has no sync pipeline of its own is not ours', async () => {
  const project = await openProject();
  project.sandbox.world.rename(KEY, { pipeline: 'contoso-eu - Build' });
  await project.sandbox.world.addTenant({ ...BLUEPRINT, repository: 'ours' });
  await project.discover();
  expect((await project.all()).map(({ name }) => name)).toEqual(['ours']);
});

test('A tenant that disappears is marked so, keeps its history, and is the same when it comes back', async () => {
  const project = await openProject();
  const tenant = await project.discover();
  const run = await addRun(project.db, tenant, { status: 'COMPLETED', outcome: 'SUCCEEDED' });
  await registerTenants(project.db, PROJECT, []);
  const [gone] = await project.all();
  expect(gone?.removedAt).not.toBeNull();
  expect(await project.db.select().from(syncRuns).where(eq(syncRuns.tenantId, tenant.id))).toMatchObject([
    { id: run.id, outcome: 'SUCCEEDED' },
  ]);
  expect(await project.discover()).toMatchObject({ id: tenant.id, removedAt: null });
  expect(await project.told()).toEqual(['TENANT_ADDED', 'TENANT_REMOVED', 'TENANT_ADDED']);
});

test("The gate's check tells approvers, order, minimum, self-approval and time limit", async () => {
  const project = await openProject();
  const [ada, grace] = (await project.discover()).gateCheck?.approvers ?? [];
  await changeGate(project, {
    approvers: [{ id: grace?.id }, { id: ada?.id }],
    executionOrder: 'inSequence',
    minRequiredApprovers: 2,
    requesterCannotBeApprover: true,
  });
  expect((await project.discover()).gateCheck).toEqual({
    approvers: [grace, ada],
    minRequired: 2,
    order: 'IN_SEQUENCE',
    selfApprovalAllowed: false,
    timeoutMinutes: 90,
    service: 'NOT_LISTED',
  });
});

test('Whether the service may answer the gate is known before anybody decides', async () => {
  const project = await openProject();
  const { gateCheck } = await project.discover();
  expect(gateCheck?.service).toBe('NOT_LISTED');
  const people = (gateCheck?.approvers ?? []).map(({ id }) => ({ id }));
  await changeGate(project, { approvers: [...people, { id: await serviceId(project) }] });
  expect((await project.discover()).gateCheck?.service).toBe('LISTED');
  const withGroup = await openProject({ blueprint: { approvers: [...BLUEPRINT.approvers, GROUP] } });
  expect((await withGroup.discover()).gateCheck?.service).toBe('UNKNOWN');
});

test('A gate that is missing is told once, and a backup-only tenant needs none', async () => {
  const project = await openProject();
  await project.discover();
  await ask(project.sandbox, { method: 'DELETE', path: `${CHECKS}/1` });
  expect(await project.discover()).toMatchObject({ gate: 'MISSING', gateCheck: null });
  await project.discover();
  expect(await project.told()).toEqual(['TENANT_ADDED', 'GATE_MISSING']);
  const backupOnly = await openProject({ blueprint: { backupOnly: true, hasGate: false } });
  expect(await backupOnly.discover()).toMatchObject({ gate: 'NOT_REQUIRED', isBackupOnly: true });
});

test('The baseline is the repository of the submodule, also when it is found later, and the schedule stands in the YAML', async () => {
  const project = await openProject({ blueprint: { baseline: 'gold' } });
  const tenant = await project.discover();
  expect(tenant).toMatchObject({ baselineId: null, schedule: { cron: ['0 2 * * *'] } });
  await project.sandbox.world.addTenant({ ...BLUEPRINT, repository: 'gold' });
  await project.discover();
  const all = await project.all();
  const gold = all.find(({ name }) => name === 'gold');
  expect(all.find(({ id }) => id === tenant.id)?.baselineId).toBe(gold?.id);
});

test('A baseline that was renamed stays the baseline of those who name it as before', async () => {
  const project = await openProject({ blueprint: { baseline: 'gold' } });
  const { sandbox } = project;
  await sandbox.world.addTenant({ ...BLUEPRINT, repository: 'gold' });
  await project.discover();
  const baselineOf = async (name: string) => (await project.all()).find((one) => one.name === name);
  const gold = await baselineOf('gold');
  sandbox.world.rename({ ...KEY, repository: 'gold' }, { repository: 'platinum' });
  await project.discover();
  expect((await baselineOf(KEY.repository))?.baselineId).toBe(gold?.id);
  expect((await baselineOf('platinum'))?.id).toBe(gold?.id);
  // Who is called so now is the one that is meant.
  await sandbox.world.addTenant({ ...BLUEPRINT, repository: 'silver' });
  await project.discover();
  sandbox.world.rename({ ...KEY, repository: 'silver' }, { repository: 'gold' });
  await project.discover();
  expect(await baselineOf('gold')).toBeDefined();
  expect((await baselineOf(KEY.repository))?.baselineId).toBe((await baselineOf('gold'))?.id);
});

/** What a run hands over is on record before its status says so. */
import { onTestFinished, expect, test } from 'vitest';
import { newestChangeSet } from '../../src/change-sets/store-change-set.ts';
import { STAGE_IDENTIFIERS } from '../../src/pipeline/contract.ts';
import { lookAtProject } from '../../src/poller/look-at-project.ts';
import { type Services } from '../../src/sync-runs/services.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { json, serve } from '../azure-devops/small-server.ts';
import { ORGANIZATION, PROJECT, servicesOf } from '../support/api.ts';
import { azureAt, DESIRED_SHA, fileOf, itemsOf, TENANT_STATE_SHA } from '../support/big-change-set.ts';
import { createTestDatabase } from '../support/database.ts';
import { addRun, addTenant } from '../support/rows.ts';

const SIZE = { files: 1, bytesEach: 10 };
const GUID = '11111111-2222-3333-4444-555555555555';
const AT = '2026-11-01T10:00:00Z';

const stage = (name: keyof typeof STAGE_IDENTIFIERS, facts: object) => ({
  id: name,
  type: 'Stage',
  identifier: STAGE_IDENTIFIERS[name],
  startTime: AT,
  ...facts,
});
const done = { state: 'completed', result: 'succeeded', finishTime: AT };
const build = { id: 1, status: 'inProgress', definition: { id: 7 }, startTime: AT, lastChangedDate: AT };
const attachment = {
  version: 1,
  tenantStateSha: TENANT_STATE_SHA,
  desiredSha: DESIRED_SHA,
  digest: 'd',
  changes: [],
};

/** One look at a run whose build shows these tags, and whose timeline these records. */
async function lookAt({ tags, records }: { tags: string[]; records: object[] }) {
  const test = await createTestDatabase();
  onTestFinished(() => test.drop());
  const { db } = test.database;
  const server = await serve((response, { url }) => {
    if (/attachments\/[^/]+$/.test(url.split('?')[0] ?? ''))
      return json(response, 200, {
        value: [
          {
            name: 'change-set.json',
            _links: { self: { href: `/builds/1/${GUID}/${GUID}/attachments/t/n` } },
          },
        ],
      });
    if (url.includes('/attachments/')) return json(response, 200, attachment);
    if (url.includes('/items?'))
      return json(response, 200, {
        value: itemsOf(url.includes(DESIRED_SHA) ? 'desired' : 'tenantState', SIZE),
      });
    if (url.includes('/blobs/')) return void response.end(fileOf('desired', 0, SIZE));
    if (url.includes('/timeline')) return json(response, 200, { id: 't', records });
    if (url.includes('/approvals/'))
      return json(response, 200, { id: 'gate', status: 'pending', createdOn: AT, steps: [] });
    if (url.includes('statusFilter=inProgress')) return json(response, 200, { value: [{ ...build, tags }] });
    json(response, 200, { value: [] });
  });
  const tenant = await addTenant(db, 'handing-over');
  await addRun(db, tenant, { buildId: 1 });
  const services: Services = { ...servicesOf(db), azure: azureAt(`${server.url}/${ORGANIZATION}`) };
  const options = { isFull: false, hinted: new Set<number>(), number: 0, underWay: new Map() };
  await lookAtProject(services, { organization: ORGANIZATION, project: PROJECT }, options);
  const [run] = await db.select().from(syncRuns);
  if (!run) throw new Error('The run disappeared.');
  return { run, changeSet: await newestChangeSet(db, run.id) };
}

const gate = [
  stage('PREVIEW', done),
  stage('DEPLOY', { state: 'pending' }),
  { id: 'check', parentId: 'DEPLOY', type: 'Checkpoint', state: 'inProgress' },
  { id: 'gate', parentId: 'check', type: 'Checkpoint.Approval', state: 'inProgress' },
];

test('A gate that opened after the list of builds was read is told with its change set', async () => {
  const { run, changeSet } = await lookAt({ tags: [], records: gate });
  expect(run.status).toBe('PENDING_APPROVAL');
  expect(changeSet).toMatchObject({ summary: { added: 1, changed: 0, removed: 0 } });
});

test('A preview that runs again is not taken for the one before', async () => {
  const records = [stage('PREVIEW', { state: 'inProgress', attempt: 2 })];
  const { run, changeSet } = await lookAt({ tags: ['sync-preview-ready'], records });
  expect(run.status).toBe('IN_PROGRESS');
  expect(changeSet).toBeNull();
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { fill } from '../../bench/reads/fill.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import { tenantEdges } from '../../src/tenants/tenant-edges.ts';
import { listTenants, type TenantFilter, tenantOrder } from '../../src/tenants/tenants.ts';
import '../../src/sync-runs/sync-run-loaders.graphql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await createTestDatabase({ maxConnections: 1 });
  await fill(made.database.pool, { tenants: 1_000, runs: 1_000, events: 1 });
});
afterAll(() => made[Symbol.asyncDispose]());

const viewer: Viewer = {
  actor: { kind: 'API_KEY', id: 'key/test', displayName: 'Test' },
  personId: 'key/test',
  isMachine: true,
  grants: { fleet: new Set(['VIEWER']), byTenant: new Map() },
  expiresAt: null,
};

async function listOften(filter: TenantFilter): Promise<void> {
  const page = { limit: 50, after: null, before: null, fromEnd: false };
  const list = { filter, order: tenantOrder('DISPLAY_NAME', 'ASC'), edges: tenantEdges, page };
  for (let time = 0; time < 10; time++) await listTenants(made.database.db, viewer, list);
}

test('Postgres plans a page of tenants once for all values, and a search for each text', async () => {
  const { pool } = made.database;
  await listOften({});
  await listOften({ organization: 'org-3' });
  await listOften({ search: 'tenant-7' });
  // It has a name itself, and so goes where reads go.
  const { rows } = await pool.query<{ anew: string; once: string }>({
    name: 'read_plans',
    text: `select custom_plans as anew, generic_plans as once from pg_prepared_statements where name <> 'read_plans'`,
  });
  // It tries a statement five times before it decides.
  expect(rows).toEqual([
    { anew: '5', once: '5' },
    { anew: '5', once: '5' },
  ]);
});

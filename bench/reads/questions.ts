/** The program's own reads, as they are sent to Postgres, and what Postgres says of their plans. */
import { createHash } from 'node:crypto';
import { listChanges } from '../../src/change-sets/list-changes.ts';
import { factsOfRuns } from '../../src/change-sets/run-facts.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import type { Database, Db } from '../../src/database/database.ts';
import type { PageRequest } from '../../src/database/page.ts';
import { readEvents } from '../../src/events/read-events.ts';
import type { RunId, TenantId } from '../../src/lib/ids.ts';
import { listSyncRuns, type SyncRunFilter } from '../../src/sync-runs/sync-runs.ts';
import '../../src/sync-runs/sync-run-loaders.graphql.ts';
import { tenantEdges } from '../../src/tenants/tenant-edges.ts';
import {
  countTenants,
  countTenantsByStatus,
  listTenants,
  type TenantFilter,
  tenantOrder,
  type TenantOrderField,
  tenantsByIds,
} from '../../src/tenants/tenants.ts';
import { CHANGE_SET, type Size } from './fill.ts';

export type Question = {
  name: string;
  /** It counts or compares, and so takes as long as what it counts or compares is many. */
  grows?: boolean;
  ask: (db: Db, size: Size) => Promise<unknown>;
};

const viewer: Viewer = {
  actor: { kind: 'API_KEY', id: 'key/plans', displayName: 'Plans' },
  personId: 'key/plans',
  isMachine: true,
  grants: { fleet: new Set(['ADMIN']), byTenant: new Map() },
  expiresAt: null,
};
const tenantId = (number: number): TenantId => `ten_${number.toString(16).padStart(32, '0')}`;
const runId = (number: number): RunId => `run_${number.toString(16).padStart(32, '0')}`;
const PAGE: PageRequest = { limit: 50, after: null, before: null, fromEnd: false };

const tenantsBy =
  (field: TenantOrderField, filter: TenantFilter = {}, page: Partial<PageRequest> = {}) =>
  (db: Db) =>
    listTenants(db, viewer, {
      filter,
      order: tenantOrder(field, 'ASC'),
      page: { ...PAGE, ...page },
      edges: tenantEdges,
    });
/** A page that both sizes can fill. */
const runsBy =
  (filter: SyncRunFilter, limit = PAGE.limit) =>
  (db: Db) =>
    listSyncRuns(db, viewer, { filter, page: { ...PAGE, limit } });

export const QUESTIONS: readonly Question[] = [
  { name: '50 tenants by display name, with latest run and baseline', ask: tenantsBy('DISPLAY_NAME') },
  {
    name: '… the next page',
    ask: tenantsBy('DISPLAY_NAME', {}, { after: ['Tenant 0000500', tenantId(500)] }),
  },
  { name: '… the last page', ask: tenantsBy('DISPLAY_NAME', {}, { fromEnd: true }) },
  { name: '… by status', ask: tenantsBy('STATUS') },
  { name: '… since when', ask: tenantsBy('STATUS_SINCE') },
  {
    name: '… 9 with one status',
    ask: tenantsBy('DISPLAY_NAME', { status: ['PENDING_APPROVAL'] }, { limit: 9 }),
  },
  { name: '… of one organization', ask: tenantsBy('DISPLAY_NAME', { organization: 'org-3' }) },
  { name: '… that follow a baseline', ask: tenantsBy('DISPLAY_NAME', { baselineId: tenantId(3) }) },
  { name: '… found by a text', ask: tenantsBy('DISPLAY_NAME', { search: '0000777' }) },
  {
    name: '… found by a text that is in all names, but for its end',
    grows: true,
    ask: tenantsBy('DISPLAY_NAME', { search: 'tenant-777' }),
  },
  {
    name: '50 tenants by their ids',
    ask: (db) =>
      tenantsByIds(
        db,
        viewer,
        Array.from({ length: 50 }, (_, index) => tenantId(index * 7)),
      ),
  },
  { name: 'The newest 50 runs', ask: runsBy({}) },
  { name: '… 9 of one tenant', ask: runsBy({ tenantId: tenantId(77) }, 9) },
  { name: '… 9 that need somebody', ask: runsBy({ needsAttention: true }, 9) },
  { name: '… 9 with one status', ask: runsBy({ status: ['PENDING_APPROVAL'] }, 9) },
  { name: '… with one outcome', ask: runsBy({ outcome: ['FAILED'] }) },
  {
    name: 'What the menus of 50 runs look at',
    ask: (db, { runs }) =>
      factsOfRuns(
        db,
        viewer,
        Array.from({ length: 50 }, (_, index) => runId(runs - 1 - index)),
      ),
  },
  {
    name: 'One change set with 50 changes',
    ask: (db) =>
      listChanges(db, viewer, { changeSetId: `cs_${CHANGE_SET.slice(3)}`, filter: {}, page: PAGE }),
  },
  {
    name: '50 events behind a cursor',
    ask: (db, { events }) =>
      readEvents(db, { after: BigInt(events - 500), limit: 50, filter: { visibleTenants: 'ALL' } }),
  },
  {
    name: '50 events of one run',
    ask: (db) =>
      readEvents(db, { after: 0n, limit: 50, filter: { visibleTenants: 'ALL', runId: runId(77) } }),
  },
  { name: 'How many tenants there are', grows: true, ask: (db) => countTenants(db, viewer, {}) },
  { name: '… with each status', grows: true, ask: (db) => countTenantsByStatus(db, viewer, {}) },
];

export type Explained = { ms: number; scans: string[] };

type Sent = { name: string | undefined; text: string; values: unknown[] };
type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] };

/** Small whatever the size of the fleet. */
const isSmall = (table: string) => ['project_looks', 'event_log'].includes(table) || table.startsWith('pg_');

/**
 * Hears what the question sends to Postgres, and has that explained while it runs: prepared where the program prepares it,
 * so that from the sixth time on the plan may be the one for all values.
 */
export async function explained(database: Database, question: Question, size: Size): Promise<Explained> {
  const sent = await heard(database, () => question.ask(database.db, size));
  let ms = 0;
  const scans: string[] = [];
  for (const one of sent) {
    const told = await explain(database, one);
    ms += told['Execution Time'];
    scans.push(...scansIn(told.Plan));
  }
  return { ms, scans };
}

type Told = { Plan: Plan; 'Execution Time': number };

async function explain(database: Database, { name, text, values }: Sent): Promise<Told> {
  const given = values.length > 0 ? `(${values.map(literal).join(', ')})` : '';
  const [what, parameters] = name
    ? [`execute ${await preparedName(database, text)} ${given}`, []]
    : [text, values];
  const { rows } = await database.pool.query<{ 'QUERY PLAN': Told[] }>(
    `explain (analyze, timing off, format json) ${what}`,
    parameters,
  );
  const [told] = rows[0]?.['QUERY PLAN'] ?? [];
  if (!told) throw new Error(`Postgres did not explain: ${text}`);
  return told;
}

/** On the one connection that the database has. */
async function preparedName({ pool }: Database, text: string): Promise<string> {
  const name = `explained_${createHash('sha1').update(text).digest('hex')}`;
  const { rowCount } = await pool.query('select from pg_prepared_statements where name = $1', [name]);
  if (!rowCount) await pool.query(`prepare ${name} as ${text}`);
  return name;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return `'${value}'`;
  throw new Error(`The benchmark does not know how to write ${typeof value} as a literal.`);
}

function scansIn(plan: Plan): string[] {
  const table = plan['Relation Name'] ?? '';
  const own = plan['Node Type'] === 'Seq Scan' && !isSmall(table) ? [table] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansIn)];
}

async function heard({ pool }: Database, work: () => Promise<unknown>): Promise<Sent[]> {
  const sent: Sent[] = [];
  const query = pool.query.bind(pool);
  Object.assign(pool, {
    query: (...given: Parameters<typeof query>) => {
      const [config, values] = given as unknown as [{ name?: string; text: string }, unknown[] | undefined];
      sent.push({ name: config.name, text: config.text, values: values ?? [] });
      return query(...given);
    },
  });
  try {
    await work();
    return sent;
  } finally {
    Object.assign(pool, { query });
  }
}

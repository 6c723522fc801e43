/** Who runs, how its server starts, how an event reaches it, and how a client asks for events. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, inTransaction } from '../../src/database/database.ts';
import { appendEvents } from '../../src/events/append-events.ts';
import type { TenantId } from '../../src/lib/ids.ts';
import { sql } from 'drizzle-orm';

export const TENANTS = Array.from(
  { length: 100 },
  (_, index): TenantId => `ten_0000000000007000800000000000${String(index).padStart(4, '0')}`,
);
export const tenantOf = (sequence: number) => TENANTS[sequence % TENANTS.length] ?? 'ten_';

export type Contender = {
  name: string;
  label: string;
  /** Where a client connects; for raw the address says what it wants. */
  path(tenant: TenantId | null): string;
  /** What it subscribes to; null: it need not say anything. */
  subscription(tenant: TenantId | null, after: string | null): object | null;
  start(databaseUrl: string, port: number, more?: Readonly<Record<string, string>>): ChildProcess;
  /** Commits those events in one transaction. */
  write(db: Db, sequences: readonly number[]): Promise<void>;
};

const FIELDS = '__typename id cursor occurredAt';
const KEY = 'bench';

const PEER_QUERY = `subscription ($tenantId: ID) { told: tenantStatusChanged(tenantId: $tenantId) { ${FIELDS} previousStatus status version } }`;
const OWN_QUERY = `subscription ($filter: EventFilter, $after: Cursor) { told: events(filter: $filter, after: $after) { ${FIELDS} ... on TenantStatusChanged { previousStatus status version } } }`;

function peer(
  name: string,
  label: string,
  file: string,
  environment: Record<string, string> = {},
): Contender {
  const channel = `bench_${name.replace(/-/g, '_')}`;
  const isRaw = file === 'raw';
  return {
    name,
    label,
    path: (tenant) => (isRaw ? `/?tenant=${tenant ?? ''}` : '/graphql'),
    subscription: (tenantId) => (isRaw ? null : { query: PEER_QUERY, variables: { tenantId } }),
    start: (databaseUrl, port) =>
      run(new URL(`./servers/${file}.js`, import.meta.url), {
        DATABASE_URL: databaseUrl,
        PORT: String(port),
        CHANNEL: channel,
        ...environment,
      }),
    write: (db, sequences) => inTransaction(db, (tx) => notify(tx, channel, sequences)),
  };
}

/** The same durable row as ours, and the whole event in the notification: its server need not read anything. */
async function notify(
  tx: Parameters<Parameters<Db['transaction']>[0]>[0],
  channel: string,
  sequences: readonly number[],
) {
  const events = sequences.map((sequence) => payloadOf(sequence));
  const rows = JSON.stringify(events);
  await tx.execute(
    sql`insert into bench.events (body) select value from jsonb_array_elements(${rows}::jsonb)`,
  );
  const topics = events.flatMap((event) => {
    const payload = JSON.stringify(event);
    const all = { topic: channel, payload };
    return channel === 'bench_postgraphile'
      ? [all, { topic: `${channel}_${event.tenantId}`, payload }]
      : [all];
  });
  await tx.execute(
    sql`select pg_notify(topic, payload) from jsonb_to_recordset(${JSON.stringify(topics)}::jsonb) as t(topic text, payload text)`,
  );
}

const payloadOf = (sequence: number) => ({
  __typename: 'TenantStatusChanged',
  id: `evt_${String(sequence).padStart(32, '0')}`,
  cursor: Buffer.from(`AAAAAAAAAAAA:${sequence}`).toString('base64url'),
  occurredAt: new Date().toISOString(),
  previousStatus: 'IDLE',
  status: 'STARTING',
  version: sequence,
  tenantId: tenantOf(sequence),
});

export const OWN: Contender = {
  name: 'tenant-sync',
  label: 'tenant-sync (this project)',
  path: () => '/graphql',
  subscription: (tenant, after) => ({
    query: OWN_QUERY,
    variables: { filter: tenant ? { tenantIds: [tenant] } : null, after },
  }),
  start: (databaseUrl, port, more = {}) =>
    run(new URL('../../src/main.ts', import.meta.url), {
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      HOST: '127.0.0.1',
      AZURE_DEVOPS_PROJECTS: 'http://127.0.0.1:1/contoso/Tenants',
      AZURE_DEVOPS_PAT: 'none',
      ENTRA_EMULATOR_URL: 'http://127.0.0.1:1',
      ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 7).toString('base64')}`,
      SANDBOX_API_KEYS: JSON.stringify([
        { name: 'bench', role: 'VIEWER', sha256: createHash('sha256').update(KEY).digest('hex') },
      ]),
      SOCKETS_PER_CALLER: '20000',
      // Azure DevOps is no part of this.
      POLL_WATCHED_SECONDS: '3600',
      POLL_ACTIVE_SECONDS: '3600',
      POLL_IDLE_SECONDS: '3600',
      LOG_LEVEL: 'error',
      ...more,
    }),
  write: (db, sequences) =>
    inTransaction(db, (tx) =>
      appendEvents(
        tx,
        sequences.map((sequence) => ({
          tenantId: tenantOf(sequence),
          runId: null,
          actor: { kind: 'SERVICE' as const, id: 'bench', displayName: 'bench' },
          tenant: {
            organization: 'contoso',
            project: 'Tenants',
            name: `tenant-${sequence % TENANTS.length}`,
            displayName: 'Tenant',
            domain: null,
            baselineId: null,
            isBaseline: false,
            statusBefore: 'IDLE',
            statusAfter: 'STARTING',
          },
          body: {
            kind: 'TENANT_STATUS_CHANGED' as const,
            previousStatus: 'IDLE',
            status: 'STARTING',
            version: sequence,
          },
        })),
      ),
    ),
};

export const CONNECTION_INIT = { type: 'connection_init', payload: { authorization: `Bearer ${KEY}` } };

/** With 5,000 subscribers three at a time: those whose ratios were promised first. */
export const CONTENDERS: readonly Contender[] = [
  OWN,
  peer('graphql-ws', 'graphql-ws + graphql-subscriptions', 'graphql-ws'),
  peer('graphql-ws-lean', 'graphql-ws + a lean filter', 'graphql-ws-lean'),
  peer('raw-corked', 'raw ws, corked (the floor)', 'raw', { CORK: '1' }),
  peer('raw', 'raw ws, one ready string', 'raw'),
  peer('yoga', "Yoga's documented recipe", 'yoga'),
  peer('postgraphile', 'PostGraphile subscriptions', 'postgraphile'),
];

function run(file: URL, environment: Record<string, string>): ChildProcess {
  const flags = process.env.BENCH_PROFILE
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`]
    : [];
  return spawn(process.execPath, [...flags, file.pathname], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
    // Some peers print a stack for every connection that was cut.
    stdio: file.pathname.endsWith('main.ts') ? ['ignore', 'inherit', 'inherit'] : 'ignore',
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

export async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isThere) return;
    await sleep(100);
  }
  throw new Error(`Nothing listens on port ${port} after a minute.`);
}

/** Resident memory of a process, in MiB; NaN where the system does not tell. */
export async function residentMib(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? NaN) / 1024;
}

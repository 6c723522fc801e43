/** The whole program under everything that may happen to the event feed at once; answers what was told, and what should have been. */
import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Database, inTransaction, openDatabase } from '../../src/database/database.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { migrate } from '../../src/database/migrate.ts';
import { appendEvents } from '../../src/events/append-events.ts';
import { encodeCursor } from '../../src/events/cursor.ts';
import { ensureEpoch, readLogHead } from '../../src/events/log-head.ts';
import type { Tenant } from '../../src/tenants/tenant.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import { newEvent } from './events.ts';
import { freePort } from './free-port.ts';
import { addTenant } from './rows.ts';
import { silent } from './silent.ts';
import { type Habits, startSubscriber, type Subscriber } from './tortured-subscriber.ts';
import { waitFor } from './wait-for.ts';

export type Torture = { events: number; writers: number; subscribers: number; longestHoldMs: number };
export type Outcome = {
  subscribers: Subscriber[];
  /** By tenant and version; nothing else may have been told, except what was in doubt. */
  committed: Set<string>;
  inDoubt: Set<string>;
  rolledBack: number;
  lastPosition: bigint;
  listenerKills: number;
  restarts: number;
  seconds: number;
};

const KEY = 'tortured';
const RESTARTS = 2;
const KILL_EVERY_MS = 500;
const LOOK_AGAIN_MS = 20;
const MOST_IN_ONE = 20;
const ROLLED_BACK_SHARE = 0.05;

export const wordOf = (tenantId: string, version: number) => `${tenantId}/${version}`;

export async function torture(options: Torture): Promise<Outcome> {
  const startedAt = performance.now();
  await using stack = new AsyncDisposableStack();
  const settings = { port: String(await freePort()), fsync: 'off', max_connections: '100' };
  const dataFolder = join(tmpdir(), `tenant-sync-torture-${randomBytes(6).toString('hex')}`);
  const startPostgres = () => startEmbeddedPostgres({ dataFolder, logger: silent, settings });
  let postgres = await startPostgres();
  stack.defer(async () => {
    await postgres.stop();
    await rm(postgres.dataFolder, { recursive: true, force: true });
  });
  const database = stack.use(
    openDatabase({ url: postgres.url, maxConnections: options.writers + 4, logger: silent }),
  );
  await migrate(database);
  await ensureEpoch(database.db);
  const fleet = await Promise.all(
    Array.from({ length: options.writers }, (_, index) => addTenant(database.db, `tortured-${index}`)),
  );
  const port = await freePort();
  stack.use(await startApp(configOf(postgres.url, port), silent));
  const { epoch, lastPosition } = await readLogHead(database.db);
  const from = {
    url: `http://127.0.0.1:${port}/graphql`,
    key: KEY,
    after: encodeCursor({ epoch, position: lastPosition }),
  };
  const subscribers = Array.from({ length: options.subscribers }, (_, index) =>
    startSubscriber(habitsOf(index), from),
  );
  const ledger = new Ledger();
  const writing = Promise.all(
    Array.from({ length: options.writers }, () => write(database, { fleet, ledger, ...options })),
  );
  const over = new AbortController();
  const killing = killListeners(database, over.signal);
  for (let restart = 1; restart <= RESTARTS; restart++) {
    await waitFor(
      'enough events to restart',
      () => ledger.committed.size >= (options.events * restart) / (RESTARTS + 1),
      PATIENT,
    );
    await postgres.stop();
    postgres = await startPostgres();
  }
  await writing;
  over.abort();
  const listenerKills = await killing;
  const end = await waitFor('every event to be numbered', () => settledEnd(database), PATIENT);
  await waitFor(
    'every subscriber to reach the end',
    () => subscribers.every(({ streams }) => reached(streams) >= end),
    PATIENT,
  );
  for (const subscriber of subscribers) await subscriber.stop();
  const seconds = (performance.now() - startedAt) / 1_000;
  return { ...ledger, subscribers, lastPosition: end, listenerKills, restarts: RESTARTS, seconds };
}

const PATIENT = { withinMs: 300_000 };

class Ledger {
  readonly committed = new Set<string>();
  readonly inDoubt = new Set<string>();
  rolledBack = 0;
}

type Writing = Torture & { fleet: readonly Tenant[]; ledger: Ledger };
class RolledBack extends Error {}

async function write(database: Database, { fleet, ledger, events, longestHoldMs }: Writing): Promise<void> {
  while (ledger.committed.size < events) {
    const tenant = fleet[Math.floor(Math.random() * fleet.length)];
    const words: string[] = [];
    const count = 1 + Math.floor(Math.random() * MOST_IN_ONE);
    const transaction = inTransaction(database.db, async (tx) => {
      words.length = 0;
      if (!tenant) return;
      const [row] = await tx
        .update(tenants)
        .set({ version: sql`${tenants.version} + ${count}` })
        .where(eq(tenants.id, tenant.id))
        .returning();
      const last = row?.version ?? 0;
      const versions = Array.from({ length: count }, (_, index) => last - count + 1 + index);
      words.push(...versions.map((version) => wordOf(tenant.id, version)));
      await appendEvents(
        tx,
        versions.map((version) => newEvent(version, { tenantId: tenant.id })),
      );
      await sleep(Math.random() * longestHoldMs);
      if (Math.random() < ROLLED_BACK_SHARE) throw new RolledBack();
    });
    await transaction.then(
      () => words.forEach((word) => ledger.committed.add(word)),
      (error: unknown) => {
        if (error instanceof RolledBack) ledger.rolledBack += 1;
        // The answer was lost in a restart: it may have been committed.
        else words.forEach((word) => ledger.inDoubt.add(word));
      },
    );
  }
}

async function killListeners({ pool }: Database, signal: AbortSignal): Promise<number> {
  let killed = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool
      .query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tenant-sync listener'`,
      )
      .catch(() => ({ rowCount: 0 }));
    killed += rowCount ?? 0;
    // Around a restart there is none: the next one is not left in peace until the turn after.
    await sleep(rowCount ? KILL_EVERY_MS : LOOK_AGAIN_MS);
  }
  return killed;
}

async function settledEnd({ db }: Database): Promise<bigint | null> {
  const { rows } = await db.execute<{ waiting: boolean }>(
    sql`select exists (select from event_outbox) as waiting`,
  );
  return rows[0]?.waiting ? null : (await readLogHead(db)).lastPosition;
}

const reached = (streams: Subscriber['streams']) =>
  streams.reduce((best, { told }) => {
    const last = told.at(-1)?.position ?? 0n;
    return last > best ? last : best;
  }, 0n);

const habitsOf = (index: number): Habits => ({
  transport: index % 2 === 0 ? 'WEBSOCKET' : 'SSE',
  pauses: index % 5 === 1 || index % 5 === 2,
  reconnects: index % 5 >= 3,
  readsTenant: index % 10 === 0 || index % 10 === 9,
});

function configOf(databaseUrl: string, port: number) {
  return readConfig({
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PORT: String(port),
    // Nobody listens there: what Azure DevOps does is not tested here.
    AZURE_DEVOPS_PROJECTS: 'http://127.0.0.1:1/contoso/Tenants',
    AZURE_DEVOPS_PAT: 'none',
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    ENTRA_EMULATOR_URL: 'http://127.0.0.1:1',
    SANDBOX_API_KEYS: JSON.stringify([
      { name: KEY, role: 'VIEWER', sha256: createHash('sha256').update(KEY).digest('hex') },
    ]),
  });
}

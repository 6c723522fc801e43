/** The whole program on a Postgres of its own that is given trouble while scripts and readers go on. */
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { roleGrants } from '../../src/access/access.table.ts';
import { ask } from './client.ts';
import { freePort } from './free-port.ts';
import { silent } from './silent.ts';
import { type Stack, startStack } from './stack.ts';
import { waitFor } from './wait-for.ts';

export type Troubled = AsyncDisposable & {
  stack: Stack;
  /** Ends Postgres as a crash would (`-m immediate`) and starts it again. */
  restart(): Promise<void>;
  terminateAll(): Promise<void>;
  setReadOnly(isReadOnly: boolean): Promise<void>;
};

export async function startTroubled(tenants: string[]): Promise<Troubled> {
  await using parts = new AsyncDisposableStack();
  const settings = { port: String(await freePort()), fsync: 'off', max_connections: '100' };
  const dataFolder = join(tmpdir(), `tenant-sync-trouble-${settings.port}`);
  const start = () => startEmbeddedPostgres({ dataFolder, logger: silent, settings });
  let postgres = await start();
  parts.defer(async () => {
    await postgres.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });
  const stack = parts.use(await startStack({ tenants, databaseUrl: postgres.url }));
  const { db } = stack.database.database;
  const kept = parts.move();
  const terminateAll = async () => {
    const others = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await db.execute(others);
  };
  return {
    stack,
    terminateAll,
    restart: async () => {
      const [pid] = (await readFile(join(dataFolder, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGQUIT');
      postgres = await start();
    },
    setReadOnly: async (isReadOnly) => {
      const name = sql.identifier(new URL(postgres.url).pathname.slice(1));
      const set = sql`alter database ${name} set default_transaction_read_only = ${sql.raw(isReadOnly ? 'on' : 'off')}`;
      await db.transaction(async (tx) => {
        await tx.execute(sql`set transaction read write`);
        await tx.execute(set);
      });
      await terminateAll();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

export type Load = {
  /** What readers were answered: `data`, or the codes of errors. */
  readers: Map<string, number>;
  writers: Map<string, number>;
  acknowledged: string[];
  /** Ends it, when every mutation under way has been answered. */
  end(): Promise<void>;
};

const READERS = 4;
const WRITERS = 4;
const GUID = '0f9d2e3c-6a51-4f0a-8e21-';
const GRANT =
  'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { __typename ... on RoleGrant { id } } }';

/** Readers ask for the dashboard; writers grant roles, each until it is acknowledged, under a key. */
export function startLoad({ stack: { place } }: Troubled): Load {
  const load = {
    readers: new Map<string, number>(),
    writers: new Map<string, number>(),
    acknowledged: [] as string[],
  };
  let isOver = false;
  let last = 0;
  const reader = async () => {
    while (!isOver)
      note(load.readers, await codeOf(ask(place.url, '{ tenants(first: 20) { nodes { id status } } }')));
  };
  const writer = async () => {
    while (!isOver) {
      const number = String((last += 1)).padStart(12, '0');
      const input = {
        subject: `group/${GUID}${number}/${GUID}${number}`,
        role: 'VIEWER',
        idempotencyKey: number,
      };
      const { grantRole } = await waitFor(
        'a mutation to be acknowledged',
        async () => {
          const answer = ask<{ grantRole: { id?: string } }>(place.url, GRANT, { variables: { input } });
          note(load.writers, await codeOf(answer));
          const { data } = await answer;
          return data?.grantRole.id ? data : null;
        },
        { withinMs: 60_000 },
      );
      load.acknowledged.push(grantRole.id ?? '');
    }
  };
  const all = Promise.all([
    ...Array.from({ length: READERS }, reader),
    ...Array.from({ length: WRITERS }, writer),
  ]);
  const end = async () => {
    isOver = true;
    await all;
  };
  return { ...load, end };
}

async function codeOf(asked: ReturnType<typeof ask>): Promise<string> {
  const { errors } = await asked;
  return errors.length > 0 ? String(errors[0]?.extensions?.code) : 'data';
}

const note = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

/** Milliseconds until a reader and a writer are served again. */
export async function recovery({ stack: { place } }: Troubled): Promise<number> {
  const from = performance.now();
  await waitFor(
    'readers to be served again',
    async () => {
      return (await codeOf(ask(place.url, '{ tenants(first: 1) { totalCount } }'))) === 'data';
    },
    { withinMs: 60_000 },
  );
  const subject = `group/${GUID}ffffffffffff/${GUID}ffffffffffff`;
  await waitFor(
    'writers to be served again',
    async () => {
      return (
        (await codeOf(ask(place.url, GRANT, { variables: { input: { subject, role: 'VIEWER' } } }))) ===
        'data'
      );
    },
    { withinMs: 60_000 },
  );
  return Math.round(performance.now() - from);
}

/** Acknowledged grants that are not there. */
export async function lostGrants({ stack }: Troubled, acknowledged: readonly string[]): Promise<string[]> {
  const rows = await stack.database.database.db.select({ id: roleGrants.id }).from(roleGrants);
  const present = new Set<string>(rows.map(({ id }) => id));
  return acknowledged.filter((id) => !present.has(id));
}

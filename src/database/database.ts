import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { sql } from 'drizzle-orm';
import { type ClientBase, DatabaseError, Pool, type PoolConfig } from 'pg';
import type { Logger } from '../lib/logger.ts';
import { backOffMs, pause } from '../lib/pause.ts';
import { PoolWithReadLines } from './read-lines.ts';

export type Db = NodePgDatabase;
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];
/** What a query may run on: the pool, or a transaction that the caller holds. */
export type Queryable = Db | Tx;

export type Database = AsyncDisposable & { db: Db; pool: Pool };

/** A process that is frozen inside a transaction would keep its locks, and everybody waiting for them. */
const LET_GO = "set idle_in_transaction_session_timeout = '10s'";

export type DatabaseOptions = {
  url: string;
  maxConnections: number;
  logger: Logger;
  /** A pooler lends its connections for a transaction each: not for reads that share a line. */
  isPooled?: boolean;
};

export function openDatabase({ url, maxConnections, logger, isPooled = false }: DatabaseOptions): Database {
  // Without listeners, a backend that goes away (restart, failover, terminated) would end the process: the pool
  // listens to its idle clients only, and a client in use must be covered as well.
  const onLost = (error: Error) => logger.warn('A database connection was lost.', { error: error.message });
  const config: PoolConfig = {
    connectionString: url,
    max: maxConnections,
    application_name: 'tenant-sync',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    // Not with the connection's start: a pooler takes no such setting there. The pool waits for it.
    onConnect: (client: ClientBase): unknown => client.query(LET_GO),
  };
  const pool = isPooled ? new Pool(config) : new PoolWithReadLines(config, { onLost });
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));
  return {
    // jit: row mappers are compiled once; it halves the time of a prepared query.
    db: drizzle({ client: pool, jit: true }),
    pool,
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

const TRIES = 4;

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. After a deadlock or a
 * serialisation failure it is run again, up to 4 times in all, so `work` must have no effects outside the database.
 */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (attempt === TRIES || !wasBadLuck(error)) throw error;
      await pause(backOffMs(attempt, 20, 200));
    }
  }
}

/** Postgres' own clock, to the millisecond: the only one that deadlines are compared with. */
export async function databaseNow(q: Queryable): Promise<Date> {
  const { rows } = await q.execute<{ ms: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  );
  return new Date(Math.floor(rows[0]?.ms ?? NaN));
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

function wasBadLuck(error: unknown): boolean {
  const code = postgresCodeOf(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** The SQLSTATE of an error that came from Postgres, also when Drizzle wrapped it; undefined for any other error. */
export function postgresCodeOf(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.code;
  return error instanceof Error && error.cause !== undefined ? postgresCodeOf(error.cause) : undefined;
}

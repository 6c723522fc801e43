import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { pause } from '../lib/pause.ts';
import type { Database } from './database.ts';

const WITHIN_MS = 5_000;

/**
 * Throws when what the database tells does not arrive at the listening address. Behind a transaction pooler LISTEN
 * seems to succeed and then hears nothing, for ever.
 */
export async function checkListening({ pool }: Database, listenUrl: string): Promise<void> {
  const channel = `tenant_sync_check_${randomBytes(8).toString('hex')}`;
  const client = new Client({ connectionString: listenUrl, connectionTimeoutMillis: WITHIN_MS });
  client.on('error', () => undefined);
  const heard = new AbortController();
  client.on('notification', () => heard.abort());
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    await pool.query('select pg_notify($1, $2)', [channel, '']);
    await pause(WITHIN_MS, heard.signal);
  } finally {
    await client.end().catch(() => undefined);
  }
  if (heard.signal.aborted) return;
  throw new Error(
    'The database does not tell what is new: LISTEN hears nothing, as behind a transaction pooler. Set DATABASE_LISTEN_URL to an address that leads to PostgreSQL itself.',
  );
}

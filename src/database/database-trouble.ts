import { messageOf } from '../lib/errors.ts';
import { postgresCodeOf } from './database.ts';

/**
 * SQLSTATE: no connection (08), too few resources (53), a failure of the system (58); restarting or cut off (57P), a
 * standby or read-only (25006), asleep in a transaction (25P03), and what `inTransaction` tried in vain.
 */
const PASSING_CODES = /^(08|53|58|57P|25006|25P03|40001|40P01)/;
/** Node's codes for a server that is not there. */
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** What `pg` says without a code. */
const CONNECTION_LOST =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error)/;

/** Whether Postgres could not be reached or could not serve just now: the same request may succeed in a moment. */
export function isDatabaseTrouble(error: unknown): boolean {
  const code = postgresCodeOf(error);
  if (code !== undefined) return PASSING_CODES.test(code);
  return (
    error instanceof Error &&
    (UNREACHABLE.test('code' in error ? String(error.code) : '') ||
      CONNECTION_LOST.test(messageOf(error)) ||
      isDatabaseTrouble(error.cause))
  );
}

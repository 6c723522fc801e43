import { backOffMs } from '../lib/pause.ts';
import { AzureDevOpsError } from './azure-devops-error.ts';

const TRIES = 4;
/** Longer pauses are the caller's to keep: nobody should wait inside one request for minutes. */
const MAX_PAUSE_MS = 30_000;
const REPEATED_STATUSES = new Set([429, 502, 503, 504]);

/**
 * How long to wait before a failed read is tried again, null to give up. `Retry-After` is kept to the second; a
 * request that ran into its deadline is not repeated, it took long enough.
 */
export function retryPauseMs(error: unknown, attempt: number, baseMs: number): number | null {
  if (!(error instanceof AzureDevOpsError) || attempt >= TRIES) return null;
  const wasCut = error.statusCode === undefined && error.cause !== undefined;
  const mayRepeat = error.isRetryable && (wasCut || REPEATED_STATUSES.has(error.statusCode ?? 0));
  if (!mayRepeat) return null;
  if (error.retryAfterMs === null) return backOffMs(attempt, baseMs, MAX_PAUSE_MS);
  return error.retryAfterMs <= MAX_PAUSE_MS ? error.retryAfterMs : null;
}

import { backOffMs } from '../lib/pause.ts';
import { AzureDevOpsError } from './azure-devops-error.ts';

const TRIES = 4;
const MAX_PAUSE_MS = 30_000;
/** Longer is better asked again later: whoever waits inside a request keeps a worker from other organisations. */
export const LONGEST_WAIT_MS = 5_000;
const REPEATED_STATUSES = new Set([429, 502, 503, 504]);

/**
 * How long to wait before a failed request is tried again, null to give up. A time that Azure named is the throttle's
 * to keep, for this request as for all others; one that ran into its deadline is not repeated, it took long enough.
 */
export function retryPauseMs(error: unknown, attempt: number, baseMs: number): number | null {
  if (!(error instanceof AzureDevOpsError) || attempt >= TRIES || !error.isRetryable) return null;
  if (error.retryAfterMs !== null) {
    return error.statusCode === undefined || error.retryAfterMs > LONGEST_WAIT_MS ? null : 0;
  }
  const wasCut = error.statusCode === undefined && error.cause !== undefined;
  const mayRepeat = wasCut || REPEATED_STATUSES.has(error.statusCode ?? 0);
  return mayRepeat ? backOffMs(attempt, baseMs, MAX_PAUSE_MS) : null;
}

/** Refused before anything was done: then even a write may be sent again. */
export const wasNotDone = (error: unknown) =>
  error instanceof AzureDevOpsError && (error.statusCode === 429 || error.statusCode === 401);

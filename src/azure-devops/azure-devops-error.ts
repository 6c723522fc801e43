import { z } from 'zod';
import { UpstreamError } from '../lib/errors.ts';

export const AZURE_DEVOPS = 'Azure DevOps';

/** Azure DevOps refused, was away, or answered something that cannot be understood. */
export class AzureDevOpsError extends UpstreamError {
  /** What `Retry-After` asked for; null without that header. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    details: {
      statusCode?: number | undefined;
      isRetryable: boolean;
      retryAfterMs?: number | null | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { system: AZURE_DEVOPS, ...details });
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

const MAX_TEXT = 2_000;
const errorBody = z.object({ message: z.string().min(1) });

/** Azure's own words: `message` of its error body (`TF401028: …`); null when the body holds none. */
export function azureText(body: string): string | null {
  try {
    const parsed = errorBody.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.message.slice(0, MAX_TEXT) : null;
  } catch {
    return null;
  }
}

const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);

export function refusedError(
  what: string,
  answer: { statusCode: number; reason: string; retryAfter: string | undefined; body: string },
): AzureDevOpsError {
  const { statusCode } = answer;
  const text = azureText(answer.body) ?? (answer.reason || 'It gave no reason.');
  return new AzureDevOpsError(`${text} (Azure DevOps answered ${statusCode} when asked to ${what}.)`, {
    statusCode,
    isRetryable: RETRYABLE.has(statusCode),
    retryAfterMs: retryAfterMs(answer.retryAfter),
  });
}

/** Refused again with a new token. It may heal without us: right after throttling Azure answers 401 for a while. */
export function credentialError(what: string, statusCode: number): AzureDevOpsError {
  return new AzureDevOpsError(
    `Azure DevOps did not accept the service's credential (answer ${statusCode}) when asked to ${what}. ` +
      'Check that it has not expired and that its identity is a user of the organisation.',
    { statusCode, isRetryable: true },
  );
}

/** The same shortly after Azure throttled us: its answer means no more than "later". */
export function passingCredentialError(what: string, details: { statusCode: number; retryAfterMs: number }) {
  return new AzureDevOpsError(
    `Azure DevOps did not accept the service's credential (answer ${details.statusCode}) when asked to ${what}, right after it had limited us. Such refusals pass: try again later.`,
    { ...details, isRetryable: true },
  );
}

/** Nothing was sent: the time before which Azure wants no request is not over. */
export function heldError(what: string, waitMs: number): AzureDevOpsError {
  return new AzureDevOpsError(
    `Azure DevOps limits requests of this service for ${Math.ceil(waitMs / 1000)} s more, so it was not asked to ${what}. Try again after that.`,
    { isRetryable: true, retryAfterMs: waitMs },
  );
}

/** Nothing was sent: the last requests all failed. */
export function awayError(what: string, waitMs: number): AzureDevOpsError {
  return new AzureDevOpsError(
    `Azure DevOps did not answer the last requests, so it was not asked to ${what}; the next try is in ${Math.ceil(waitMs / 1000)} s.`,
    { isRetryable: true },
  );
}

export function unreachableError(what: string, cause: unknown): AzureDevOpsError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AzureDevOpsError(`Azure DevOps could not be reached to ${what} (${reason}). Try again later.`, {
    isRetryable: true,
    cause,
  });
}

export function lateError(what: string, deadlineMs: number): AzureDevOpsError {
  return new AzureDevOpsError(`Azure DevOps did not answer within ${deadlineMs} ms when asked to ${what}.`, {
    isRetryable: true,
  });
}

export function unreadableError(what: string, why: string): AzureDevOpsError {
  return new AzureDevOpsError(`Azure DevOps' answer cannot be understood (${why}) when asked to ${what}.`, {
    isRetryable: false,
  });
}

/** Seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/**
 * The three kinds of error of this program.
 * - a *refusal*: the caller can have a plan for it; it becomes a member of the mutation's result union;
 * - *upstream*: Azure is away, or says no, in its own words;
 * - everything else is a bug: masked, and logged with an id.
 */

/** Base of every refusal. Subclasses add what the caller needs to go on. */
export abstract class Refusal extends Error {
  abstract readonly code: string;
}

/** Something outside this program did not do what it was asked to. `isRetryable` is true when asking again may help. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly system: string;
  readonly statusCode: number | undefined;
  readonly isRetryable: boolean;

  constructor(
    message: string,
    details: { system: string; statusCode?: number | undefined; isRetryable: boolean; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.system = details.system;
    this.statusCode = details.statusCode;
    this.isRetryable = details.isRetryable;
  }
}

/** A no that stays a no. An answer that got lost, or was not understood, may be another the next time. */
export const isRefusal = ({ isRetryable, statusCode }: UpstreamError) =>
  !isRetryable && statusCode !== undefined;

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

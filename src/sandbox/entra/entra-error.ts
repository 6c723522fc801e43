import { randomUUID } from 'node:crypto';

/** An answer of the token endpoint that is no token, in Entra's own words. */
export class EntraError extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(
    error: string,
    code: number,
    description: string,
    more: { status?: number; suberror?: string } = {},
  ) {
    super(description);
    const timestamp = new Date().toISOString().replace('T', ' ').replace(/\..*/, 'Z');
    const [trace, correlation] = [randomUUID(), randomUUID()];
    this.status = more.status ?? 400;
    this.body = {
      error,
      error_description: `AADSTS${code}: ${description} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: trace,
      correlation_id: correlation,
      ...(more.suberror ? { suberror: more.suberror } : {}),
    };
  }
}

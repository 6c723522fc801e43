import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { Forbidden } from '../access/viewer.ts';
import { isDatabaseTrouble } from '../database/database-trouble.ts';
import { messageOf, Refusal, UpstreamError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

/** Refusals that may come out of queries and subscriptions too, as errors. */
const CODES_OF_REFUSALS: Readonly<Record<string, string>> = {
  CURSOR_EXPIRED: 'CURSOR_EXPIRED',
  CURSOR_INVALID: 'BAD_USER_INPUT',
  INVALID_INPUT: 'BAD_USER_INPUT',
};

export const TEMPORARILY_UNAVAILABLE = 'TEMPORARILY_UNAVAILABLE';
export const TRY_AGAIN =
  'The database could not serve this request just now. Send it again in a moment; a mutation with an idempotencyKey is never carried out twice.';

/**
 * What a client is told of an error: those that it can do something about as they are, with a code; a bug only by an
 * id, under which the log has the rest.
 */
export function errorMasker(logger: Logger): (error: unknown) => Error {
  return (error) => {
    const located = error instanceof GraphQLError ? error : null;
    const cause = located ? rootCause(located) : error;
    if (located && cause instanceof GraphQLError) return withAdvice(located);
    const known = knownCode(cause);
    if (known) return relocated(messageOf(cause), located, known);
    // What is ours to tell comes first: Azure being away looks the same further down, a connection that is refused.
    if (isDatabaseTrouble(cause)) {
      logger.warn('A request met a database that could not serve.', { error: messageOf(cause) });
      return relocated(TRY_AGAIN, located, TEMPORARILY_UNAVAILABLE);
    }
    const id = randomUUID();
    const stack = cause instanceof Error ? cause.stack : undefined;
    logger.error('A request met an unexpected error.', {
      id,
      error: messageOf(cause),
      stack,
      path: located?.path?.join('.'),
    });
    const message = `Something went wrong that should not have. Nothing more is known to this API's callers; whoever runs it finds it in the log under ${id}.`;
    return relocated(message, located, 'INTERNAL_SERVER_ERROR', { id });
  };
}

const HOW_TO_ASK =
  'Send one operation as a JSON object: {"query": "…", "variables": {…}}, with the header `Content-Type: application/json`.';

/** Errors of GraphQL itself and of the HTTP layer: they say what is wrong, not always what would be right. */
function withAdvice(error: GraphQLError): GraphQLError {
  const { code } = error.extensions;
  if (code !== undefined && code !== 'BAD_REQUEST') return error;
  const { message, nodes, source, positions, path, extensions } = error;
  const place = {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
  };
  if (code === undefined)
    return new GraphQLError(message, { ...place, extensions: { code: 'BAD_USER_INPUT', ...extensions } });
  const { originalError: _hidden, http, ...kept } = extensions;
  const status = isObject(http) && typeof http.status === 'number' ? http.status : 400;
  return new GraphQLError(`${message.replace(/\.?$/, '.')} ${HOW_TO_ASK}`, {
    ...place,
    extensions: { ...kept, http: { status } },
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function rootCause(error: GraphQLError): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

function knownCode(error: unknown): string | undefined {
  if (error instanceof Forbidden) return 'FORBIDDEN';
  if (error instanceof UpstreamError) return 'UPSTREAM_UNAVAILABLE';
  return error instanceof Refusal ? CODES_OF_REFUSALS[error.code] : undefined;
}

function relocated(
  message: string,
  at: GraphQLError | null,
  code: string,
  more: Record<string, unknown> = {},
): GraphQLError {
  const place = {
    nodes: at?.nodes ?? null,
    source: at?.source ?? null,
    positions: at?.positions ?? null,
    path: at?.path ?? null,
  };
  return new GraphQLError(message, { ...place, extensions: { code, ...more } });
}

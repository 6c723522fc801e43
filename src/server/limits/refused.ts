import { GraphQLError } from 'graphql';

/** An operation that is refused before it costs anything. `says` ends with what to do instead. */
export function refused(code: string, says: string, facts: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(says, { extensions: { code, ...facts, http: { status: 400, spec: true } } });
}

import { GraphQLError } from 'graphql';

/** The caller sent something that cannot be used. The message says what, and what to send instead. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

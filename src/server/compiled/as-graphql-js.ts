import { type DocumentNode, type ExecutionResult, GraphQLError, type Source } from 'graphql';
import { nullablePlaceOf, type Operation } from './nullable-place.ts';

/** The errors of a compiled query as graphql-js would have made them. */
export function asGraphqlJs(result: ExecutionResult, of: Operation): ExecutionResult {
  const { data, errors } = result;
  if (!errors || errors.length === 0) return result;
  const told = errors.length === 1 ? errors : oneForEachNull(errors, of);
  return { errors: told.map((error) => located(error, of.document)), data: data ?? null };
}

/** Of several errors that make the same object null only the first is told: the others are not waited for. */
function oneForEachNull(errors: readonly GraphQLError[], of: Operation): GraphQLError[] {
  const places = new Set<string>();
  return errors.filter(({ path = [] }) => {
    const place = nullablePlaceOf(of, path);
    if (place.length === path.length) return true;
    const key = JSON.stringify(place);
    if (places.has(key)) return false;
    places.add(key);
    return true;
  });
}

/**
 * The compiler's errors know lines and columns, and not their source. One without a cause was found by the compiled
 * code itself, in what a resolver returned: a bug, which is taken for one only when it has a cause.
 */
function located(error: GraphQLError, { loc }: DocumentNode): GraphQLError {
  const { message, locations, path, originalError, extensions } = error;
  const source = loc?.source;
  return new GraphQLError(message, {
    source: source ?? null,
    positions: source && locations ? locations.map((one) => offsetOf(source, one)) : null,
    path: path ?? null,
    originalError: originalError ?? new Error(message),
    extensions: extensions ?? null,
  });
}

/** Lines end as GraphQL has them end. */
function offsetOf({ body }: Source, { line, column }: { line: number; column: number }): number {
  const end = [...body.matchAll(/\r\n|[\n\r]/g)][line - 2];
  return (end ? end.index + end[0].length : 0) + column - 1;
}

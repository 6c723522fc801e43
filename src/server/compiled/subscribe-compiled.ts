import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
} from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { messageOf } from '../../lib/errors.ts';
import type { CompiledOperation, Execute } from './compile.ts';

type Results = AsyncIterableIterator<ExecutionResult, undefined>;

const END = { done: true, value: undefined } as const;

/**
 * Subscribes as graphql-js does. Each event is executed as compiled code from when there is some; `find` is asked until
 * then.
 */
export function subscribeWith(find: (args: ExecutionArgs) => CompiledOperation | null) {
  return async (args: ExecutionArgs): Promise<Results | ExecutionResult> => {
    const events = await createSourceEventStream(args);
    if (!isAsyncIterable(events)) return events;
    let compiled: Execute | undefined;
    return results(args, events[Symbol.asyncIterator](), (event) => {
      compiled ??= find(args)?.(args.variableValues);
      return compiled ? compiled(event, args.contextValue) : execute({ ...args, rootValue: event });
    });
  };
}

/** Not a generator: one that waits for its source cannot be ended from outside. */
function results(
  args: ExecutionArgs,
  events: AsyncIterator<unknown>,
  executed: (event: unknown) => Promise<ExecutionResult> | ExecutionResult,
): Results {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      const next = await events.next().catch((error: unknown) => {
        throw located(error, args);
      });
      return next.done ? END : { value: await executed(next.value) };
    },
    return: async () => {
      await events.return?.();
      return END;
    },
  };
}

function located(error: unknown, { document, operationName }: ExecutionArgs): GraphQLError {
  const nodes = getOperationAST(document, operationName);
  return new GraphQLError(messageOf(error), {
    nodes: nodes ?? null,
    originalError: error instanceof Error ? error : null,
  });
}

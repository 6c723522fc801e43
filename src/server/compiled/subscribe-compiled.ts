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
type Find = (args: ExecutionArgs) => CompiledOperation | null;

const END = { done: true, value: undefined } as const;

/**
 * Subscribes, and executes each event as compiled code while there is some: `find` is asked at every event. undefined:
 * it could not begin, and Yoga's own way has to say why.
 */
export async function subscribeCompiled(args: ExecutionArgs, find: Find): Promise<Results | undefined> {
  const events = await createSourceEventStream(args).catch(() => undefined);
  if (!isAsyncIterable(events)) return undefined;
  const compiled = withVariables(args, find);
  return results(
    events[Symbol.asyncIterator](),
    (event) => compiled()?.(event, args.contextValue) ?? execute({ ...args, rootValue: event }),
    (error) => located(error, args),
  );
}

/** Coerces them once for each code that there is, not for each event. */
function withVariables(args: ExecutionArgs, find: Find): () => Execute | undefined {
  let known: { compiled: CompiledOperation; execute: Execute | undefined } | undefined;
  return () => {
    const compiled = find(args);
    if (!compiled) known = undefined;
    else if (known?.compiled !== compiled) known = { compiled, execute: compiled(args.variableValues) };
    return known?.execute;
  };
}

/** Not a generator: one that waits for its source cannot be ended from outside. */
function results(
  events: AsyncIterator<unknown>,
  executed: (event: unknown) => Promise<ExecutionResult> | ExecutionResult,
  asTold: (error: unknown) => Error,
): Results {
  let isOver = false;
  const end = async () => {
    isOver = true;
    await events.return?.();
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      if (isOver) return END;
      try {
        const next = await events.next();
        return next.done ? END : { value: await executed(next.value) };
      } catch (error) {
        await end();
        throw asTold(error);
      }
    },
    return: async () => {
      await end();
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

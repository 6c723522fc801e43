import type { DocumentNode, ExecutionArgs, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type CompiledOperation, createCompiler } from './compile.ts';
import { CompiledDocuments, type OperationName } from './compiled-documents.ts';
import { subscribeCompiled } from './subscribe-compiled.ts';

export type CompiledQueries = {
  /** Executes queries that come again, and subscriptions that are told more than a few events, as compiled code. */
  plugin: Plugin;
  /** null: it has not yet been executed often enough, or is one for graphql-js. */
  find(document: DocumentNode, operationName: OperationName): CompiledOperation | null;
};

export function createCompiledQueries(schema: GraphQLSchema): CompiledQueries {
  const compile = createCompiler(schema);
  const queries = new CompiledDocuments(compile);
  // One event may be the tenth of many, and documents stay with their subscriptions, whatever the cache of them holds.
  const subscriptions = new CompiledDocuments(compile, { most: 200, pauseMs: 50 });
  const find = ({ document, operationName }: ExecutionArgs) => subscriptions.use(document, operationName);
  return {
    plugin: {
      onExecute: ({ executeFn, setExecuteFn }) =>
        setExecuteFn((args: ExecutionArgs): unknown => {
          const { document, operationName, variableValues, rootValue, contextValue } = args;
          const execute = queries.use(document, operationName)?.(variableValues);
          return execute ? execute(rootValue, contextValue) : executeFn(args);
        }),
      onSubscribe: ({ subscribeFn, setSubscribeFn }) =>
        setSubscribeFn(
          async (args: ExecutionArgs): Promise<unknown> =>
            (await subscribeCompiled(args, find)) ?? (subscribeFn(args) as unknown),
        ),
    },
    find: (document, operationName) => queries.find(document, operationName),
  };
}

import type { DocumentNode, ExecutionArgs, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type CompiledOperation, createCompiler } from './compile.ts';
import { subscribeWith } from './subscribe-compiled.ts';

/** Compiling takes as long as some ten executions: only what comes again and again is worth it. */
const COMPILE_AT = 10;

type OperationName = string | null | undefined;
type Known = { times: number; compiled: CompiledOperation | null };

export type CompiledQueries = {
  /** Executes queries that come again, and subscriptions that are told more than a few events, as compiled code. */
  plugin: Plugin;
  /** null: it has not yet been executed often enough, or is one for graphql-js. */
  find(document: DocumentNode, operationName: OperationName): CompiledOperation | null;
};

export function createCompiledQueries(schema: GraphQLSchema): CompiledQueries {
  const compile = createCompiler(schema);
  const queries = new ByDocument(compile);
  const subscriptions = new ByDocument(compile);
  const subscribe = subscribeWith(({ document, operationName }) =>
    subscriptions.use(document, operationName),
  );
  return {
    plugin: {
      onExecute: ({ executeFn, setExecuteFn }) =>
        setExecuteFn((args: ExecutionArgs): unknown => {
          const { document, operationName, variableValues, rootValue, contextValue } = args;
          const execute = queries.use(document, operationName)?.(variableValues);
          return execute ? execute(rootValue, contextValue) : executeFn(args);
        }),
      onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
    },
    find: (document, operationName) => queries.find(document, operationName),
  };
}

/** It keeps them as long as the cache of documents keeps theirs. */
class ByDocument {
  readonly #compile: ReturnType<typeof createCompiler>;
  readonly #known = new WeakMap<DocumentNode, Map<OperationName, Known>>();

  constructor(compile: ReturnType<typeof createCompiler>) {
    this.#compile = compile;
  }

  find(document: DocumentNode, operationName: OperationName): CompiledOperation | null {
    return this.#known.get(document)?.get(operationName)?.compiled ?? null;
  }

  /** The same, and counts. */
  use(document: DocumentNode, operationName: OperationName): CompiledOperation | null {
    const ofDocument = this.#known.get(document) ?? new Map<OperationName, Known>();
    this.#known.set(document, ofDocument);
    const one = ofDocument.get(operationName) ?? { times: 0, compiled: null };
    ofDocument.set(operationName, one);
    one.times += 1;
    if (one.times === COMPILE_AT) one.compiled = this.#compile(document, operationName);
    return one.compiled;
  }
}

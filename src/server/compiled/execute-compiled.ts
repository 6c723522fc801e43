import type { DocumentNode, ExecutionArgs, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type CompiledQuery, createCompiler } from './compile.ts';

/** Compiling takes as long as some ten executions: only what comes again and again is worth it. */
const COMPILE_AT = 10;

type OperationName = string | null | undefined;
type Execute = (args: ExecutionArgs) => unknown;
type Known = { times: number; compiled: CompiledQuery | null };

export type CompiledQueries = {
  /** Executes queries that come again as compiled code. */
  plugin: Plugin;
  /** null: it has not yet been executed often enough, or is one for graphql-js. */
  find(document: DocumentNode, operationName: OperationName): CompiledQuery | null;
};

/** It keeps them as long as the cache of documents keeps theirs. */
export function createCompiledQueries(schema: GraphQLSchema): CompiledQueries {
  const compile = createCompiler(schema);
  const known = new WeakMap<DocumentNode, Map<OperationName, Known>>();
  const compiledFor = (document: DocumentNode, operationName: OperationName) => {
    const ofDocument = known.get(document) ?? new Map<OperationName, Known>();
    known.set(document, ofDocument);
    const one = ofDocument.get(operationName) ?? { times: 0, compiled: null };
    ofDocument.set(operationName, one);
    one.times += 1;
    if (one.times === COMPILE_AT) one.compiled = compile(document, operationName);
    return one.compiled;
  };
  const onExecute = ({
    executeFn,
    setExecuteFn,
  }: {
    executeFn: Execute;
    setExecuteFn: (fn: Execute) => void;
  }) => setExecuteFn((args) => compiledFor(args.document, args.operationName)?.(args) ?? executeFn(args));
  return {
    plugin: { onExecute },
    find: (document, operationName) => known.get(document)?.get(operationName)?.compiled ?? null,
  };
}

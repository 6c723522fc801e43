import type { DocumentNode, ExecutionArgs, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type CompiledQuery, createCompiler } from './compile.ts';

/** Compiling takes as long as some ten executions: only what comes again and again is worth it. */
const COMPILE_AT = 10;

type Execute = (args: ExecutionArgs) => unknown;
type Known = { times: number; compiled: CompiledQuery | null };

/** Executes queries that come again as compiled code. It keeps them as long as the cache of documents keeps theirs. */
export function executeCompiled(schema: GraphQLSchema): Plugin {
  const compile = createCompiler(schema);
  const known = new WeakMap<DocumentNode, Map<string, Known>>();
  const compiledFor = (document: DocumentNode, operationName: string | null | undefined) => {
    const ofDocument = known.get(document) ?? new Map<string, Known>();
    known.set(document, ofDocument);
    const name = operationName ?? '';
    const one = ofDocument.get(name) ?? { times: 0, compiled: null };
    ofDocument.set(name, one);
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
  return { onExecute };
}

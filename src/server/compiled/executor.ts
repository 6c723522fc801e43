import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { askingForText } from './text-lists.ts';
import { NotPlain } from './write-plain.ts';

type Given = { rootValue: unknown; contextValue: unknown; variables: Record<string, unknown> };
type Execute = (given: Given) => Promise<ExecutionResult> | ExecutionResult;

/**
 * Executes the document with its lists as text. When one turns out not to be plain, all is executed again without text,
 * and from then on what was not plain stays out of it. null: it cannot be compiled.
 */
export function executor(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): Execute | null {
  const compile = (one: DocumentNode) => {
    const compiled = compileQuery(schema, one, operationName, { disablingCapturingStackErrors: true });
    return isCompiledQuery(compiled) ? compiled : null;
  };
  const excluded = new Set<string>();
  const first = compile(askingForText(schema, document, excluded));
  if (!first) return null;
  let current = first;
  let withoutText: CompiledQuery | null = null;
  const settled = (result: ExecutionResult, code: CompiledQuery, given: Given) => {
    const found = notPlainIn(result);
    if (found.length === 0) return result;
    for (const field of found) excluded.add(field);
    if (code === current) current = compile(askingForText(schema, document, excluded)) ?? current;
    withoutText ??= compile(document);
    if (!withoutText) throw new Error('A document can be compiled with text in it only.');
    return run(withoutText, given);
  };
  return (given) => {
    const code = current;
    const result = run(code, given);
    return 'then' in result
      ? result.then((late) => settled(late, code, given))
      : settled(result, code, given);
  };
}

const run = (code: CompiledQuery, { rootValue, contextValue, variables }: Given) =>
  code.query(rootValue, contextValue, variables);

const notPlainIn = ({ errors = [] }: ExecutionResult): string[] =>
  errors.flatMap(({ originalError }) => (originalError instanceof NotPlain ? originalError.field : []));

/**
 * Queries, and what subscriptions ask of each event, compiled to code by graphql-jit, which executes them several times
 * as fast as graphql-js. It stands in for graphql-js only where the two agree: everything else is left to graphql-js.
 */
import {
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  getVariableValues,
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { asGraphqlJs } from './as-graphql-js.ts';
import { selectsCovariantField } from './covariant-fields.ts';
import { showingRows, withShownRows } from './shown-rows.ts';
import { suitsCompiler } from './suits-compiler.ts';

/** undefined: graphql-js has to execute it with these variables, or say what is wrong with them. */
export type CompiledOperation = (variableValues: ExecutionArgs['variableValues']) => Execute | undefined;
/** With those variables, once or for each event. */
export type Execute = (
  rootValue: unknown,
  contextValue: unknown,
) => Promise<ExecutionResult> | ExecutionResult;

/** The compiler has its own idea of how variables are coerced. It is given coerced ones, of a type that takes anything. */
const Coerced = new GraphQLScalarType({ name: 'CoercedByGraphqlJs' });

export function createCompiler(schema: GraphQLSchema) {
  const config = withShownRows(schema).toConfig();
  const compilable = new GraphQLSchema({
    ...config,
    types: [...config.types, Coerced],
    assumeValid: true,
  });
  /** null: it has to be executed by graphql-js. */
  return (document: DocumentNode, operationName: string | null | undefined): CompiledOperation | null => {
    const operation = getOperationAST(document, operationName);
    if (!operation || !suitsCompiler(schema, document, operation)) return null;
    const compiled = compileQuery(
      compilable,
      showingRows(compilable, withCoercedVariables(document, operation)),
      operation.name?.value,
      { disablingCapturingStackErrors: true },
    );
    if (!isCompiledQuery(compiled)) return null;
    const of = { schema, document, operation };
    const isCovariant = selectsCovariantField(schema, document);
    return (variableValues) => {
      const variables = coerce(schema, operation, variableValues ?? {});
      if (!variables) return undefined;
      return (rootValue, contextValue) => {
        const told = (result: ExecutionResult) =>
          isCovariant && result.errors
            ? execute({ schema, document, operationName, rootValue, contextValue, variableValues })
            : asGraphqlJs(result, of);
        const result = compiled.query(rootValue, contextValue, variables);
        return 'then' in result ? result.then(told) : told(result);
      };
    };
  };
}

/** undefined: something is wrong with them, which may show only where they are used. */
function coerce(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  sent: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  if (variableDefinitions.length === 0) return {};
  const { coerced } = getVariableValues(schema, variableDefinitions, sent, { maxErrors: 1 });
  const isOverruled = variableDefinitions.some(
    ({ variable: { name }, defaultValue }) => defaultValue && coerced?.[name.value] === null,
  );
  return isOverruled ? undefined : coerced;
}

function withCoercedVariables(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Coerced.name } } as const;
  const variableDefinitions = (operation.variableDefinitions ?? []).map(
    ({ defaultValue: _coerced, ...definition }) => ({ ...definition, type }),
  );
  const definitions = document.definitions.map((one) =>
    one === operation ? { ...operation, variableDefinitions } : one,
  );
  return { ...document, definitions };
}

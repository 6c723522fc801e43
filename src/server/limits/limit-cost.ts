import {
  type ExecutionArgs,
  type FragmentDefinitionNode,
  getOperationAST,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { costOf } from './cost.ts';
import { refused } from './refused.ts';

/** A page of 100 tenants with all that the status page shows of each costs about a third; introspection two thirds. */
export const MOST_COST = 25_000;

/** Refuses what would cost too much, and tells in the answer's extensions what an operation costs. */
export function limitCost(): Plugin {
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const cost = priceOf(args);
      if (cost > MOST_COST) return void setResultAndStopExecution({ errors: [tooCostly(cost)] });
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (isAsyncIterable(result)) return;
          const extensions = { ...result.extensions, ...costExtension(cost) };
          setResult({ ...result, extensions });
        },
      };
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const cost = priceOf(args);
      if (cost > MOST_COST) setResultAndStopExecution({ errors: [tooCostly(cost)] });
    },
  };
}

export const costExtension = (cost: number) => ({ cost: { requested: cost, limit: MOST_COST } });

const tooCostly = (cost: number): GraphQLError =>
  refused(
    'TOO_COSTLY',
    `The answer could have ${cost} fields, and at most ${MOST_COST} are given at once. Ask for smaller pages (\`first\`), for less inside of lists, or in several requests.`,
    costExtension(cost),
  );

type Asked = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;

export function priceOf({ schema, document, operationName, variableValues }: Asked): number {
  const operation = getOperationAST(document, operationName);
  const type = operation && schema.getRootType(operation.operation);
  // Executing it will say that there is no such operation.
  if (!operation || !type) return 0;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const variables = { ...defaultsOf(operation), ...variableValues };
  return costOf(type, operation.selectionSet, { schema, fragments, variables });
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

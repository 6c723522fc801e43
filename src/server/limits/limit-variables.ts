import { type DocumentNode, type ExecutionArgs, type GraphQLError, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { badInput } from '../../graphql/user-error.ts';
import { refused } from './refused.ts';

/** The largest bulk mutation takes 100 items of four values. */
const MOST_VALUES = 1_000;
const DEEPEST = 16;

type Place = { value: unknown; path: string; depth: number };

/**
 * Looks through what was sent before anything else does. Postgres stores neither NUL nor half a character: a text with
 * one is the caller's mistake, wherever it stands.
 */
export function limitVariables(): Plugin {
  const clean = new WeakSet<DocumentNode>();
  const verdict = ({ document, variableValues }: ExecutionArgs): GraphQLError | null => {
    const problem = problemOfVariables(variableValues);
    if (problem || clean.has(document)) return problem;
    const inDocument = problemOfLiterals(document);
    if (!inDocument) clean.add(document);
    return inDocument;
  };
  const stop = (options: {
    args: ExecutionArgs;
    setResultAndStopExecution(result: { errors: GraphQLError[] }): void;
  }) => {
    const error = verdict(options.args);
    if (error) options.setResultAndStopExecution({ errors: [error] });
  };
  return { onExecute: stop, onSubscribe: stop };
}

function problemOfText(text: string, where: string): GraphQLError | null {
  const holds = text.includes('\0')
    ? 'a NUL character (U+0000)'
    : text.isWellFormed()
      ? null
      : 'half of a character (a lone surrogate)';
  return (
    holds &&
    badInput(`${where} holds ${holds}, which cannot be stored. Remove it and send the request again.`)
  );
}

/** Without recursion: JSON can be deeper than the stack. */
export function problemOfVariables(variables: unknown): GraphQLError | null {
  const waiting: Place[] = [{ value: variables, path: '', depth: 0 }];
  let values = 0;
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    const { value, path, depth } = one;
    const problem = typeof value === 'string' ? problemOfText(value, `The variable $${path}`) : null;
    if (problem) return problem;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > DEEPEST)
      return refused('VARIABLES_TOO_LARGE', `The variable $${path} is more than ${DEEPEST} levels deep.`);
    values += Array.isArray(value) ? value.length : Object.keys(value).length;
    if (values > MOST_VALUES) {
      return refused(
        'VARIABLES_TOO_LARGE',
        `The variables hold more than ${MOST_VALUES} values. Send them in several requests.`,
      );
    }
    for (const [name, held] of Object.entries(value))
      waiting.push({ value: held, path: path ? `${path}.${name}` : name, depth: depth + 1 });
  }
  return null;
}

function problemOfLiterals(document: DocumentNode): GraphQLError | null {
  let problem: GraphQLError | null = null;
  visit(document, {
    StringValue: ({ value }) => {
      problem ??= problemOfText(value, 'A text in the document');
    },
  });
  return problem;
}

import { type DocumentNode, type ExecutionArgs, GraphQLError, Kind, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { ANONYMOUS } from '../access/authenticate.ts';
import { badInput } from '../graphql/user-error.ts';

type Verdict = (args: ExecutionArgs) => GraphQLError | null;

/** Stops an operation of any kind before it is executed. */
function guard(verdict: Verdict): Plugin {
  const stop = (options: {
    args: ExecutionArgs;
    setResultAndStopExecution(result: { errors: GraphQLError[] }): void;
  }) => {
    const error = verdict(options.args);
    if (error) options.setResultAndStopExecution({ errors: [error] });
  };
  return { onExecute: (options) => stop(options), onSubscribe: (options) => stop(options) };
}

const unauthenticated = () =>
  new GraphQLError(
    'Say who you are: send the header `Authorization: Bearer <key>` with a key that this API knows; over WebSocket, the same text as `authorization` in the payload of connection_init.',
    {
      extensions: {
        code: 'UNAUTHENTICATED',
        http: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } },
      },
    },
  );

/** Nobody reads anything without a key; the schema itself only where GraphiQL is offered. */
export function refuseAnonymous({ isSchemaOpen }: { isSchemaOpen: boolean }): Plugin {
  return guard(({ document, contextValue }) => {
    if (isSomebody(contextValue)) return null;
    return isSchemaOpen && asksOnlyForSchema(document) ? null : unauthenticated();
  });
}

const isSomebody = (context: unknown) =>
  typeof context === 'object' && context !== null && 'viewer' in context && context.viewer !== ANONYMOUS;

function asksOnlyForSchema(document: DocumentNode): boolean {
  return document.definitions.every(
    (definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ||
      (definition.kind === Kind.OPERATION_DEFINITION &&
        definition.selectionSet.selections.every(
          (one) => one.kind === Kind.FIELD && one.name.value.startsWith('__'),
        )),
  );
}

/** Postgres stores no NUL: a text with one is the caller's mistake, wherever it stands. */
export function refuseNul(): Plugin {
  const clean = new WeakSet<DocumentNode>();
  return guard(({ document, variableValues }) => {
    const where = whereNul(variableValues, '') ?? (clean.has(document) ? null : literalWithNul(document));
    clean.add(document);
    if (where === null) return null;
    return badInput(
      `${where} holds a NUL character (U+0000), which cannot be stored. Remove it and send the request again.`,
    );
  });
}

function whereNul(value: unknown, path: string): string | null {
  if (typeof value === 'string') return value.includes('\0') ? `The variable $${path}` : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    const found = whereNul(inner, path ? `${path}.${name}` : name);
    if (found) return found;
  }
  return null;
}

function literalWithNul(document: DocumentNode): string | null {
  let found: string | null = null;
  visit(document, {
    StringValue: ({ value }) => {
      if (value.includes('\0')) found = 'A text in the document';
    },
  });
  return found;
}

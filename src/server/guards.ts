import { type DocumentNode, type ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { ANONYMOUS } from '../access/anonymous.ts';
import { SAY_WHO_YOU_ARE } from './limits/admission.ts';
import { asksForSchema, asksOnlyForSchema, type IntrospectionPolicy } from './limits/introspection.ts';

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
  new GraphQLError(SAY_WHO_YOU_ARE, {
    extensions: {
      code: 'UNAUTHENTICATED',
      http: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } },
    },
  });

/** Nobody reads anything without a key; the schema itself as configured. */
export function refuseAnonymous({ introspection }: { introspection: IntrospectionPolicy }): Plugin {
  return guard(({ document, contextValue }) => {
    if (isSomebody(contextValue)) return introspection === 'off' ? refuseIntrospection(document) : null;
    return introspection === 'open' && asksOnlyForSchema(document) ? null : unauthenticated();
  });
}

const isSomebody = (context: unknown) =>
  typeof context === 'object' && context !== null && 'viewer' in context && context.viewer !== ANONYMOUS;

const refuseIntrospection = (document: DocumentNode) =>
  asksForSchema(document)
    ? new GraphQLError(
        'This server does not describe its schema (INTROSPECTION=off). Use schema.graphql of the same version instead.',
        { extensions: { code: 'INTROSPECTION_OFF' } },
      )
    : null;

/** What is asked over WebSocket goes through the same plugins as over HTTP; what subscribers share is executed once. */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import type { OperationResult } from 'graphql-ws';
import type { Viewer } from '../access/viewer.ts';
import { decodeCursor, encodeCursor } from '../events/cursor.ts';
import type { Hub } from '../events/hub.ts';
import type { Source } from '../events/hub-group.ts';
import type { Context } from '../graphql/context.ts';
import type { Outbox } from './outbox.ts';
import { SocketFollower } from './socket-follower.ts';
import { sharingKey, type SharedOperation, withoutPerson } from './sharing.ts';
import type { GraphqlServer } from './yoga.ts';

/** One operation as a client sent it. */
export type SocketOperation = {
  id: string;
  params: {
    query: string;
    operationName?: string | null | undefined;
    variables?: Record<string, unknown> | null | undefined;
  };
  viewer: Viewer;
  request: Request;
  outbox: Outbox;
};

/** GraphQL's own functions, with the plugins around them; Yoga types them as `any`. */
type Enveloped = {
  schema: GraphQLSchema;
  parse: (source: string) => DocumentNode;
  validate: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];
  contextFactory: () => Context | Promise<Context>;
  execute: (args: ExecutionArgs) => OperationResult;
  subscribe: (
    args: ExecutionArgs,
  ) => Promise<AsyncIterableIterator<ExecutionResult, undefined> | ExecutionResult>;
};

type Args = ExecutionArgs & { contextValue: Context };
type Prepared = { operation: SocketOperation; envelop: Enveloped; args: Args };

/** `prepare` answers what to execute, or why not; the other two take what it answered. */
export type SocketOperations = {
  prepare: (operation: SocketOperation) => Promise<ExecutionArgs | readonly GraphQLError[]>;
  execute: (args: ExecutionArgs) => OperationResult;
  subscribe: (args: ExecutionArgs) => OperationResult;
};

export function createSocketOperations(graphql: GraphqlServer, hub: Hub): SocketOperations {
  const prepared = new WeakMap<ExecutionArgs, Prepared>();
  const of = (args: ExecutionArgs) => {
    const found = prepared.get(args);
    if (!found) throw new Error('An operation is executed that was not prepared.');
    return found;
  };
  return {
    execute: (args) => of(args).envelop.execute(args),
    subscribe: (args) => subscribe(graphql, hub, of(args)),
    prepare: async (operation) => {
      const ready = await prepare(graphql, operation);
      if (!('args' in ready)) return ready;
      prepared.set(ready.args, ready);
      return ready.args;
    },
  };
}

async function prepare(
  graphql: GraphqlServer,
  operation: SocketOperation,
): Promise<Prepared | readonly GraphQLError[]> {
  const { params, viewer, request } = operation;
  const envelop: Enveloped = graphql.getEnveloped({ viewer, params, request });
  try {
    const document = envelop.parse(params.query);
    const problems = envelop.validate(envelop.schema, document);
    if (problems.length > 0) return problems.map((problem) => coded(problem, 'GRAPHQL_VALIDATION_FAILED'));
    const args = {
      schema: envelop.schema,
      document,
      operationName: params.operationName,
      variableValues: params.variables,
      contextValue: await envelop.contextFactory(),
    };
    return { operation, envelop, args };
  } catch (error) {
    if (error instanceof GraphQLError) return [coded(error, 'GRAPHQL_PARSE_FAILED')];
    throw error;
  }
}

/** Over HTTP, Yoga does the same. */
function coded(problem: GraphQLError, code: string): GraphQLError {
  problem.extensions.code ??= code;
  return problem;
}

async function subscribe(
  graphql: GraphqlServer,
  hub: Hub,
  prepared: Prepared,
): Promise<Awaited<OperationResult>> {
  const begun = await begin(prepared);
  if (begun.kind === 'refused') return begun.result;
  const { operation, args } = prepared;
  const shared = sharedOf(prepared);
  const follower = new SocketFollower(operation, {
    position: begun.position,
    resume: (position) => resume(graphql, operation, { epoch: shared.epoch, position }),
  });
  args.contextValue.viewer = withoutPerson(shared);
  const followed = hub.follow(sharingKey(shared), follower, begun.source);
  // What was told stands before the end of the subscription, on the wire too.
  return untilEnd(
    followed.finally(() => follower.close()),
    follower.leave,
  );
}

type Begun =
  { kind: 'begun'; position: bigint; source: Source } | { kind: 'refused'; result: ExecutionResult };

/** Subscribes as graphql-js does, and learns from the context where in the log everything stands. */
async function begin({ envelop, args }: Prepared): Promise<Begun> {
  const { contextValue } = args;
  let position: bigint | undefined;
  contextValue.onStart = (start) => (position = start);
  contextValue.onTold = (cursor) => (position = decodeCursor(cursor).position);
  const result = await envelop.subscribe(args);
  if (!(Symbol.asyncIterator in result)) return { kind: 'refused', result };
  const place = () => {
    if (position === undefined) throw new Error('A subscription does not say where in the log it is.');
    return position;
  };
  const source: Source = {
    next: async () => {
      const { done, value } = await result.next();
      return done ? { done, value: undefined } : { value: toldOf(place(), value) };
    },
    return: async () => result.return?.(),
  };
  return { kind: 'begun', position: place(), source };
}

const toldOf = (position: bigint, { data, errors, extensions }: ExecutionResult) => ({
  position,
  payload: Buffer.from(JSON.stringify({ data, errors, extensions })),
  hasFailed: errors !== undefined,
});

/** The same operation behind a place in the log, for a subscriber that the shared one has left behind. */
async function resume(
  graphql: GraphqlServer,
  operation: SocketOperation,
  place: { epoch: string; position: bigint },
): Promise<Source> {
  const prepared = await prepare(graphql, operation);
  if (!('args' in prepared)) throw refusal(prepared);
  prepared.args.contextValue.lastEventId = encodeCursor(place);
  const begun = await begin(prepared);
  if (begun.kind === 'refused') throw refusal(begun.result.errors ?? []);
  prepared.args.contextValue.viewer = withoutPerson(sharedOf(prepared));
  return begun.source;
}

const refusal = ([error]: readonly GraphQLError[]): Error =>
  error ?? new Error('A subscription that had begun could not be resumed.');

function sharedOf({ operation: { params, viewer }, args }: Prepared): SharedOperation {
  const { schema, document, contextValue } = args;
  const { query, operationName, variables } = params;
  return { schema, document, query, operationName, variables, viewer, epoch: contextValue.logPlace.epoch };
}

/** Yields nothing, as the hub sends: graphql-ws only learns from it that, and how, the subscription ended. */
function untilEnd(followed: Promise<void>, leave: () => void): AsyncIterableIterator<never, undefined> {
  const done = { done: true, value: undefined } as const;
  const left = Promise.withResolvers<typeof done>();
  // Whoever leaves is not told how it would have ended, nor waits for it: the same id may begin anew at once.
  const end = Promise.race([left.promise, followed.then(() => done)]);
  // Of whoever leaves at once nobody asks for it: an error that nobody hears would end the process.
  end.catch(() => undefined);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => end,
    return: () => {
      leave();
      left.resolve(done);
      return left.promise;
    },
  };
}

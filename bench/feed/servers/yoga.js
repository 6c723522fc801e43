/** GraphQL Yoga as its documentation has it: createPubSub, pipe and filter, useServer with getEnveloped. */
import { createServer } from 'node:http';
import { createPubSub, createSchema, createYoga, filter, pipe } from 'graphql-yoga';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { onNotification } from './notifications.js';
import { typeDefs } from './sdl.js';

const pubSub = createPubSub();
const yoga = createYoga({
  graphiql: { subscriptionsProtocol: 'WS' },
  schema: createSchema({
    typeDefs,
    resolvers: {
      Subscription: {
        tenantStatusChanged: {
          subscribe: (_root, { tenantId }) =>
            pipe(
              pubSub.subscribe('told'),
              filter((event) => !tenantId || event.tenantId === tenantId),
            ),
          resolve: (event) => event,
        },
      },
    },
  }),
});

const server = createServer(yoga);
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length ? errors : args;
    },
  },
  new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
);
await onNotification(process.env.CHANNEL, (payload) => pubSub.publish('told', JSON.parse(payload)));
server.listen(Number(process.env.PORT), '127.0.0.1');

/** graphql-ws with graphql-subscriptions, as the documentation of both has it: PubSub, withFilter, useServer. */
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { PubSub, withFilter } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { onNotification } from './notifications.js';
import { typeDefs } from './sdl.js';

// Otherwise Node warns of so many listeners.
const pubsub = new PubSub({ eventEmitter: new EventEmitter().setMaxListeners(0) });
const schema = createSchema({
  typeDefs,
  resolvers: {
    Subscription: {
      tenantStatusChanged: {
        subscribe: withFilter(
          () => pubsub.asyncIterableIterator('told'),
          (payload, { tenantId }) => !tenantId || payload.tenantStatusChanged.tenantId === tenantId,
        ),
      },
    },
  },
});

const server = createServer();
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
await onNotification(process.env.CHANNEL, (payload) =>
  pubsub.publish('told', { tenantStatusChanged: JSON.parse(payload) }),
);
server.listen(Number(process.env.PORT), '127.0.0.1');

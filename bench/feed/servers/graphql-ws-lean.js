/** graphql-ws with graphql-js, and the leanest filter that we could write: one listener and one generator each. */
import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { onNotification } from './notifications.js';
import { typeDefs } from './sdl.js';

const events = new EventEmitter().setMaxListeners(0);
const schema = buildSchema(typeDefs);
const field = schema.getSubscriptionType().getFields().tenantStatusChanged;
field.subscribe = (_root, { tenantId }) => {
  const left = new AbortController();
  const all = on(events, 'told', { signal: left.signal });
  const filtered = (async function* () {
    try {
      for await (const [event] of all) if (!tenantId || event.tenantId === tenantId) yield event;
    } catch (error) {
      if (!left.signal.aborted) throw error;
    }
  })();
  // A generator that waits can only be ended by what it waits for.
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => filtered.next(),
    return: () => {
      left.abort();
      return filtered.return();
    },
  };
};
field.resolve = (event) => event;

const server = createServer();
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
await onNotification(process.env.CHANNEL, (payload) => events.emit('told', JSON.parse(payload)));
server.listen(Number(process.env.PORT), '127.0.0.1');

/** PostGraphile's subscriptions: a plan that listens to a topic of Postgres; one topic for all, one for each tenant. */
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { context, get, lambda, listen } from 'postgraphile/grafast';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { extendSchema } from 'postgraphile/utils';
import { jsonParse } from 'postgraphile/@dataplan/json';

const { CHANNEL, DATABASE_URL, PORT } = process.env;

const subscriptions = extendSchema({
  typeDefs: /* GraphQL */ `
    type TenantStatusChanged {
      id: ID!
      cursor: String!
      occurredAt: String!
      previousStatus: String!
      status: String!
      version: Int!
    }
    extend type Subscription {
      tenantStatusChanged(tenantId: ID): TenantStatusChanged
    }
  `,
  objects: {
    Subscription: {
      plans: {
        tenantStatusChanged: {
          subscribePlan(_root, { $tenantId }) {
            const $topic = lambda($tenantId, (tenantId) => (tenantId ? `${CHANNEL}_${tenantId}` : CHANNEL));
            return listen(context().get('pgSubscriber'), $topic, jsonParse);
          },
          plan: ($event) => $event,
        },
      },
    },
    TenantStatusChanged: {
      plans: Object.fromEntries(
        ['id', 'cursor', 'occurredAt', 'previousStatus', 'status', 'version'].map((name) => [
          name,
          ($event) => get($event, name),
        ]),
      ),
    },
  },
});

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [subscriptions],
  pgServices: [makePgService({ connectionString: DATABASE_URL, schemas: ['bench'], pubsub: true })],
  grafserv: { port: Number(PORT), websockets: true, watch: false },
  grafast: { explain: false },
});

const server = createServer();
await pgl.createServ(grafserv).addTo(server);
server.listen(Number(PORT), '127.0.0.1');

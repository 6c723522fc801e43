/** GraphQL Yoga as its documentation has it, on the program's own schema and resolvers. */
import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { contextOf, schema } from './same-resolvers.js';

const yoga = createYoga({
  schema,
  context: ({ request }) => contextOf(request.headers.get('authorization')),
});
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1');

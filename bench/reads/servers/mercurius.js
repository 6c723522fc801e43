/** Fastify and Mercurius with its JIT, on the program's own schema and resolvers. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { contextOf, schema } from './same-resolvers.js';

const app = Fastify();
app.register(mercurius, { schema, jit: 1, context: (request) => contextOf(request.headers.authorization) });
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });

/**
 * Most requests are JSON by POST. They go from node:http straight into Yoga's pipeline, with every plugin, and are
 * spared the layer that makes a fetch request and a fetch response of them (about 200 µs). Whatever is not plain goes
 * through that layer, so what is refused, and how, is Yoga's own in both lanes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GraphQLParams, isAsyncIterable, processRegularResult } from 'graphql-yoga';
import { isJsonObject, parseJson, readBody } from './json.ts';
import type { AnswerKnown } from './known-queries.ts';
import { type Caller, type GraphqlServer, LARGEST_BODY_BYTES } from './yoga.ts';

export type Lane = (request: IncomingMessage, response: ServerResponse, caller: Caller) => Promise<void>;

export function createDirectLane(graphql: GraphqlServer, answerKnown: AnswerKnown): Lane {
  // The server is a proxy, which would look them up for each request.
  const { fetchAPI, getResultForParams } = graphql;
  const fetchRequest = (request: IncomingMessage) =>
    new fetchAPI.Request(`http://${request.headers.host}${request.url}`, {
      method: 'POST',
      headers: fetchHeaders(request),
    });
  return async (request, response, caller) => {
    const mediaType = isPlain(request) ? mediaTypeFor(request.headers.accept || '*/*') : undefined;
    if (!mediaType) return void (await graphql(request, response, caller));
    const body = await readBody(request, LARGEST_BODY_BYTES);
    if (!body) return void response.destroy();
    const params = plainParams(body);
    if (!params) return void (await graphql(Object.assign(request, { body }), response, caller));
    const result =
      (await answerKnown(params, caller.viewer)) ??
      (await getResultForParams({ params, request: fetchRequest(request) }, caller));
    if (!result || isAsyncIterable(result)) throw new Error('An answer came in parts, or not at all.');
    if (result.errors || result.extensions?.http) {
      const said = processRegularResult(result, fetchAPI, mediaType);
      return void response.writeHead(said.status, Object.fromEntries(said.headers)).end(await said.text());
    }
    const text = JSON.stringify(result);
    const sizeBytes = Buffer.byteLength(text);
    response.writeHead(200, { 'Content-Type': `${mediaType}; charset=utf-8`, 'Content-Length': sizeBytes });
    response.end(text);
  };
}

function fetchHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name in headers) plain[name] = String(headers[name]);
  return plain;
}

/** JSON of a known and small length. */
function isPlain({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'POST' &&
    Number(headers['content-length']) <= LARGEST_BODY_BYTES &&
    /^application\/(graphql\+)?json(;|$)/.test(headers['content-type'] ?? '')
  );
}

const MEDIA_TYPES = ['application/graphql-response+json', 'application/json'];

/** Which of the two Yoga would choose; undefined: neither, so an event stream or nothing is wanted. */
function mediaTypeFor(accept: string): string | undefined {
  if (accept === '*/*' || accept === 'application/json') return 'application/json';
  for (const wanted of accept.replace(/\s/g, '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = wanted.split(';');
    const charset = parameters.find((one) => one.includes('charset='));
    const [group, kind] = type.split('/');
    const found = MEDIA_TYPES.findLast(
      (one) => (group === '*' || one.startsWith(`${group}/`)) && (kind === '*' || one.endsWith(`/${kind}`)),
    );
    if (found && (charset === undefined || charset === 'charset=utf-8')) return found;
  }
  return undefined;
}

const PARAMETERS = new Set(['query', 'operationName', 'variables', 'extensions']);

/** null: it is not what it should be, or it may begin a stream. No other word begins one, and none hides it. */
function plainParams(body: Buffer): GraphQLParams | null {
  const sent = parseJson(body);
  if (!isJsonObject(sent) || !Object.keys(sent).every((name) => PARAMETERS.has(name))) return null;
  const { query, operationName, variables, extensions } = sent;
  if (typeof query !== 'string' || query.includes('subscription')) return null;
  if (operationName != null && typeof operationName !== 'string') return null;
  if (variables != null && !isJsonObject(variables)) return null;
  if (extensions != null && !isJsonObject(extensions)) return null;
  return {
    query,
    ...(operationName == null ? {} : { operationName }),
    ...(variables == null ? {} : { variables }),
    ...(extensions == null ? {} : { extensions }),
  };
}

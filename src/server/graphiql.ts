import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { GRAPHQL_PATH } from './yoga.ts';

const FIRST_QUERY = `# tenant-sync: the status of every tenant, and what can be done about it.
#
# Say who you are in the Headers pane below:
#   { "Authorization": "Bearer <key>" }
# Then run this with Ctrl-Enter. Subscriptions work here too: replace the query by
#   subscription { tenantStatusChanged { status tenant { displayName } cursor } }
# The book icon on the left explains every type and field.

query Dashboard {
  viewer { actor { displayName } roles }
  tenantStatusCounts { status count }
  tenants(first: 20, orderBy: { field: STATUS }) {
    edges {
      node {
        id
        displayName
        statusLabel
        statusSince
        latestRun { id status outcome error { message } }
        actions { action label allowed reason url }
      }
    }
  }
}
`;

/** The page is one document without outside assets; its editor's workers are made from blobs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export type GraphiqlPage = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Whether a browser wants to see a page rather than send an operation. */
export const wantsPage = ({ method, headers }: IncomingMessage) =>
  method === 'GET' && (headers.accept ?? '').includes('text/html');

/**
 * Subscriptions go over server-sent events: the page's WebSocket client would not send what stands in its Headers
 * pane. 9 MB of page are compressed once and then kept by the browser until they change.
 */
export function createGraphiqlPage(headers: Readonly<Record<string, string>> | undefined): GraphiqlPage {
  let made: Promise<{ body: Buffer; zipped: Buffer; tag: string }> | undefined;
  const make = async () => {
    const page = renderGraphiQL({
      title: 'tenant-sync · GraphiQL',
      endpoint: GRAPHQL_PATH,
      defaultQuery: FIRST_QUERY,
      subscriptionsProtocol: 'SSE',
      ...(headers && { headers: JSON.stringify(headers, null, 2) }),
    });
    const body = Buffer.from(page);
    return {
      body,
      zipped: await promisify(gzip)(body),
      tag: `"${createHash('sha256').update(body).digest('base64url')}"`,
    };
  };
  return async (request, response) => {
    const { body, zipped, tag } = await (made ??= make());
    response.setHeader('ETag', tag);
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end();
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    if (isZipped) response.setHeader('Content-Encoding', 'gzip');
    response.end(isZipped ? zipped : body);
  };
}

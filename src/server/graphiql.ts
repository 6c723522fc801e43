import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { GRAPHQL_PATH } from './yoga.ts';

/** Lines as short as the pane is wide on a small screen. */
const FIRST_QUERY = `# tenant-sync: the status of every tenant,
# and what can be done about it.
#
# Say who you are in the Headers pane below:
#   { "Authorization": "Bearer <key>" }
# It is forgotten when you leave, unless you
# ask for it in the settings (the cog wheel).
# Then run this with Ctrl-Enter.
#
# Subscriptions work here too:
#   subscription {
#     tenantStatusChanged {
#       status tenant { displayName } cursor
#     }
#   }
# The first icon on the left explains every
# type and field; with a key, press the
# arrows at the bottom left to load them.

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

/** No script but our own files runs; the editor puts its styles into the page itself. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ASSETS = '/graphiql/';

/** Answers false for what is not the page's. */
export type GraphiqlPage = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

type File = { type: string; text: string };
type Files = { page: File; assets: ReadonlyMap<string, File> };

/** The page's 9 MB are loaded when somebody first asks for it: most processes never need them. */
export function createGraphiqlPage(headers: Readonly<Record<string, string>> | undefined): GraphiqlPage {
  let loading: Promise<Files> | undefined;
  const zipped = new Map<File, Promise<Buffer>>();
  const zip = (file: File) => {
    const known = zipped.get(file) ?? promisify(gzip)(file.text);
    zipped.set(file, known);
    return known;
  };
  return async (request, response) => {
    const isAsset = (request.url ?? '').startsWith(ASSETS);
    if (!isAsset && !wantsPage(request)) return false;
    const { page, assets } = await (loading ??= loadFiles(headers));
    const file = isAsset ? assets.get(request.url ?? '') : page;
    if (!file) return false;
    response.setHeader('Cache-Control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (!isAsset) response.setHeader('Content-Security-Policy', POLICY);
    await send({ request, response }, file, zip);
    return true;
  };
}

/**
 * Subscriptions go over server-sent events: the page's WebSocket client would not send what stands in its Headers
 * pane. The files are named by their content, which browsers keep.
 */
async function loadFiles(headers: Readonly<Record<string, string>> | undefined): Promise<Files> {
  const built = await import('@graphql-yoga/render-graphiql/graphiql');
  const assets = new Map<string, File>();
  const add = (name: string, ending: 'js' | 'css', text: string) => {
    const path = `${ASSETS}${name}.${fingerprintOf(text)}.${ending}`;
    assets.set(path, { type: ending === 'js' ? 'text/javascript' : 'text/css', text });
    return path;
  };
  const workers = {
    editorWorkerService: add('editor-worker', 'js', built.editorWorkerService),
    json: add('json-worker', 'js', built.jsonWorker),
    graphql: add('graphql-worker', 'js', built.graphqlWorker),
  };
  const options = {
    title: 'tenant-sync · GraphiQL',
    endpoint: GRAPHQL_PATH,
    defaultQuery: FIRST_QUERY,
    subscriptionsProtocol: 'SSE',
    ...(headers && { headers: JSON.stringify(headers, null, 2) }),
  };
  const page = pageOf({
    icon: built.favicon,
    style: add('graphiql', 'css', built.css),
    scripts: [add('start', 'js', startScript(workers, options)), add('graphiql', 'js', built.js)],
  });
  return { page, assets };
}

const fingerprintOf = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** Whether a browser wants to see a page rather than send an operation. */
function wantsPage({ method, url, headers }: IncomingMessage): boolean {
  const path = (url ?? '').split('?', 1)[0];
  return method === 'GET' && path === GRAPHQL_PATH && (headers.accept ?? '').includes('text/html');
}

async function send(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  file: File,
  zip: (file: File) => Promise<Buffer>,
): Promise<void> {
  response.setHeader('Content-Type', `${file.type}; charset=utf-8`);
  response.setHeader('Vary', 'Accept, Accept-Encoding');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (isZipped) response.setHeader('Content-Encoding', 'gzip');
  response.end(isZipped ? await zip(file) : file.text);
}

const pageOf = ({ icon, style, scripts }: { icon: string; style: string; scripts: string[] }): File => ({
  type: 'text/html',
  text: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>tenant-sync · GraphiQL</title>
    <link rel="icon" href="${icon}" />
    <link rel="stylesheet" href="${style}" />
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript. The API itself does not.</noscript>
    <div id="root"></div>
    ${scripts.map((path) => `<script src="${path}"></script>`).join('\n    ')}
  </body>
</html>
`,
});

/**
 * The editor asks for its workers while its own script is read: so this comes before it, and starts it after. Headers,
 * and so keys, are kept by Yoga's page unless told otherwise: `undefined` leaves it to whoever sits before it, who can
 * ask for it in the settings.
 */
const startScript = (workers: Record<string, string>, options: Record<string, string>) =>
  `const workers = ${JSON.stringify(workers)};
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] };
const options = { ...${JSON.stringify(options)}, shouldPersistHeaders: undefined };
addEventListener('DOMContentLoaded', () =>
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), options),
);
`;

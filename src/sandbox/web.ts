import type { IncomingMessage, ServerResponse } from 'node:http';

/** Thrown by whoever reads a request; becomes the answer. */
export class BadRequest extends Error {
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

const BODY_LIMIT_BYTES = 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES)
      throw new BadRequest(`The body is larger than ${BODY_LIMIT_BYTES} bytes: send less.`, 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    throw new BadRequest('Send the parameters as application/x-www-form-urlencoded.');
  }
  return new URLSearchParams(await readBody(request));
}

export function sendJson(response: ServerResponse, status: number, body: unknown): true {
  return send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

export function sendHtml(response: ServerResponse, status: number, html: string): true {
  return send(response, status, 'text/html; charset=utf-8', html);
}

export function redirect(response: ServerResponse, location: string): true {
  response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
  return true;
}

function send(response: ServerResponse, status: number, contentType: string, body: string): true {
  response
    .writeHead(status, {
      'content-type': contentType,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
    .end(body);
  return true;
}

export const escapeHtml = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
  :root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2563eb; }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 2rem 1.25rem; max-width: 72rem; }
  h1 { font-size: 1.4rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
  p.note { opacity: .75; margin: .25rem 0 1.25rem; }
  main.narrow { max-width: 27rem; margin: 6vh auto; border: 1px solid var(--line); border-radius: 12px; padding: 2rem; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
  th { font-weight: 600; opacity: .7; font-size: .85rem; }
  input { font: inherit; font-size: 1.2rem; letter-spacing: .12em; width: 100%; box-sizing: border-box; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 8px; margin-bottom: 1rem; text-transform: uppercase; }
  button { font: inherit; display: block; width: 100%; text-align: left; padding: .6rem .9rem; margin: .5rem 0; border: 1px solid var(--line); border-radius: 8px; background: var(--soft); cursor: pointer; }
  button.main { background: var(--accent); border-color: var(--accent); color: #fff; text-align: center; }
  button small { display: block; opacity: .7; } button:hover { filter: brightness(1.08); }
  code { background: var(--soft); padding: .1rem .35rem; border-radius: 5px; }
  .phase { display: inline-block; padding: 0 .6rem; border-radius: 99px; background: var(--soft); font-size: .85rem; white-space: nowrap; }
  .phase.WAITING_AT_GATE, .phase.WAITING_FOR_SIGN_IN { background: #f59e0b44; } .phase.RUNNING { background: #3b82f644; }
  .phase.failed { background: #ef444444; } .phase.succeeded { background: #22c55e33; }
`;

/** `body` is HTML: escape what comes from elsewhere. */
export function htmlPage(title: string, body: string, refreshSeconds?: number): string {
  const refresh =
    refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">${refresh}<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`;
}

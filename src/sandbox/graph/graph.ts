/** Microsoft Graph over the simulated tenants: tokens, batches, and the moods of a busy service. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../lib/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../pipeline/canonical-json.ts';
import type { Route } from '../contract.ts';
import type { OpenTenant, SimulatedTenants } from '../tenants/simulated-tenants.ts';
import { readBody, sendJson } from '../web.ts';
import { answer, type GraphCall, type GraphReply } from './graph-answers.ts';
import { GraphRefusal } from './graph-error.ts';
import { asObject } from './graph-ids.ts';

export const GRAPH_PREFIX = '/graph/v1.0';
const BATCH_LIMIT = 20;

/** How Graph behaves from now on; what is not said is as in calm times. */
export type GraphBehaviour = {
  /** Objects of a page, where a list does not ask for more. */
  pageSize?: number;
  /** One request of so many is refused with 429. */
  throttleEvery?: number;
  retryAfterSeconds?: number;
  /** Wall milliseconds for which a new object is neither listed nor may be referred to. */
  inconsistentForMs?: number;
};

export type SimulatedGraph = {
  route: Route;
  behave(behaviour: GraphBehaviour): void;
  /** Since the start: HTTP requests, and calls within batches. */
  counts(): { requests: number; calls: number; throttled: number };
};

type Reply = GraphReply & { retryAfterSeconds?: number };

export function createGraph(tenants: SimulatedTenants, baseUrl: () => string): SimulatedGraph {
  let behaviour: GraphBehaviour = {};
  const counts = { requests: 0, calls: 0, throttled: 0 };
  const madeAt = new Map<string, number>();

  const hidden = () => {
    const since = Date.now() - (behaviour.inconsistentForMs ?? 0);
    return new Set([...madeAt].filter(([, at]) => at > since).map(([id]) => id));
  };
  const one = (tenant: OpenTenant, call: GraphCall): Reply => {
    counts.calls += 1;
    if (behaviour.throttleEvery && counts.calls % behaviour.throttleEvery === 0) {
      counts.throttled += 1;
      const refusal = new GraphRefusal(429, 'TooManyRequests', 'Too many requests.');
      return { ...replyTo(refusal), retryAfterSeconds: behaviour.retryAfterSeconds ?? 1 };
    }
    try {
      const view = {
        tenant,
        baseUrl: `${baseUrl()}${GRAPH_PREFIX}`,
        pageSize: behaviour.pageSize ?? 100,
        hidden: hidden(),
      };
      const reply = answer(view, call);
      const id = reply.status === 201 ? reply.body?.id : undefined;
      if (typeof id === 'string' && behaviour.inconsistentForMs) madeAt.set(id.toLowerCase(), Date.now());
      return reply;
    } catch (error) {
      return replyTo(error);
    }
  };
  const serve = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    counts.requests += 1;
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const tenant = await tenants.open(token);
    if (!tenant) {
      const words = 'Access token has expired, or is for another service.';
      return send(response, replyTo(new GraphRefusal(401, 'InvalidAuthenticationToken', words)));
    }
    const call = callOf(request.method ?? 'GET', url.pathname + url.search, parsed(await readBody(request)));
    if (call.path === '/$batch')
      return send(
        response,
        batch(call.body, (inner) => one(tenant, inner)),
      );
    return send(response, one(tenant, call));
  };
  return {
    async route(request, response, url) {
      if (!url.pathname.startsWith(`${GRAPH_PREFIX}/`)) return false;
      await serve(request, response, url);
      return true;
    },
    behave: (given) => void (behaviour = given),
    counts: () => ({ ...counts }),
  };
}

function callOf(method: string, target: string, body: JsonObject): GraphCall {
  const url = new URL(target, 'http://graph.example');
  const path = url.pathname.startsWith(GRAPH_PREFIX) ? url.pathname.slice(GRAPH_PREFIX.length) : url.pathname;
  return { method, path, query: url.searchParams, body };
}

function batch({ requests }: JsonObject, run: (call: GraphCall) => Reply): Reply {
  const calls = Array.isArray(requests) ? requests.filter(isJsonObject) : [];
  if (calls.length > BATCH_LIMIT)
    return replyTo(new GraphRefusal(400, 'BadRequest', `A batch holds at most ${BATCH_LIMIT} requests.`));
  const responses = calls.map(({ id, method, url, body }) => {
    const reply = run(callOf(textOf(method), `${GRAPH_PREFIX}${textOf(url)}`, asObject(body ?? null)));
    const headers = reply.retryAfterSeconds ? { 'Retry-After': String(reply.retryAfterSeconds) } : {};
    return { id: id ?? null, status: reply.status, headers, body: reply.body };
  });
  // Graph answers a batch in any order.
  return { status: 200, body: { responses: responses.reverse() } };
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '');

function replyTo(error: unknown): Reply {
  // What the directory itself says no to: a person's refusal set by the control API, a name that is taken.
  const refusal =
    error instanceof GraphRefusal ? error : new GraphRefusal(403, 'Forbidden', messageOf(error));
  return { status: refusal.status, body: { error: { code: refusal.code, message: refusal.message } } };
}

function send(response: ServerResponse, { status, body, retryAfterSeconds }: Reply): void {
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
  if (body === null) response.writeHead(status).end();
  else sendJson(response, status, body);
}

function parsed(text: string): JsonObject {
  if (text === '') return {};
  try {
    return asObject(JSON.parse(text) as Json);
  } catch {
    return {};
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError } from 'zod';
import type { Route } from '../contract.ts';
import { DriftImpossible } from '../tenants/drift.ts';
import { BadRequest, readBody, sendJson } from '../web.ts';
import type { ControlCall } from './control-call.ts';
import type { SandboxControl } from './sandbox-control.ts';

const PREFIX = '/control';
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

export type ControlRouteOptions = {
  control: SandboxControl;
  calls: readonly ControlCall[];
  baseUrl: () => string;
};

/**
 * `/control`: changes the world. It asks for no key, so it takes requests from this machine only, under its own
 * name only, and from no page of another origin: a web site that somebody happens to visit must not reach it.
 */
export const controlRoute =
  (options: ControlRouteOptions): Route =>
  async (request, response, url) => {
    if (url.pathname !== PREFIX && !url.pathname.startsWith(`${PREFIX}/`)) return false;
    try {
      refuseStrangers(request, options.baseUrl());
      return await answer(options, request, response, url);
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      return sendJson(response, refusal.status, { error: refusal.message });
    }
  };

async function answer(
  { control, calls }: ControlRouteOptions,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  if (url.pathname === PREFIX && request.method === 'GET') {
    return sendJson(response, 200, {
      calls: calls.map(({ method, path, what, body }) => ({ method, path, what, body })),
    });
  }
  const found = findCall(calls, request.method ?? '', url.pathname);
  const body = found.call.method === 'POST' ? await readJson(request) : null;
  const result = await found.call.run({
    control,
    path: (name) => found.parameters.get(name) ?? '',
    query: url.searchParams,
    body,
  });
  return sendJson(response, 200, result ?? { done: true });
}

function refuseStrangers(request: IncomingMessage, baseUrl: string): void {
  const { port } = new URL(baseUrl);
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = '', origin } = request.headers;
  const isOwnOrigin = origin === undefined || hosts.some((name) => origin === `http://${name}`);
  if (LOOPBACK.has(request.socket.remoteAddress ?? '') && hosts.includes(host) && isOwnOrigin) return;
  throw new BadRequest(
    `The control API answers only this machine, at ${baseUrl}/control, and no page of another origin.`,
    403,
  );
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readBody(request);
  if (text === '') return {};
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new BadRequest('Send the body as JSON, with the header Content-Type: application/json.', 415);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadRequest('The body is not valid JSON: correct it and send it again.');
  }
}

type Found = { call: ControlCall; parameters: Map<string, string> };

function findCall(calls: readonly ControlCall[], method: string, pathname: string): Found {
  const fitting = calls.flatMap((call) => {
    const parameters = match(call.path.split('/'), pathname.split('/'));
    return parameters ? [{ call, parameters }] : [];
  });
  const found = fitting.find(({ call }) => call.method === method);
  if (found) return found;
  const methods = fitting.map(({ call }) => call.method).join(' or ');
  if (methods)
    throw new BadRequest(`${pathname} takes ${methods}, not ${method}. GET /control lists every call.`, 405);
  throw new BadRequest(`There is no call ${method} ${pathname}. GET /control lists every call.`, 404);
}

function match(pattern: string[], segments: string[]): Map<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const parameters = new Map<string, string>();
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) parameters.set(part.slice(1, -1), decode(segment));
    else if (part !== segment) return null;
  }
  return parameters;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new BadRequest(`"${segment}" is not percent-encoded correctly: encode the name and try again.`);
  }
}

function refusalOf(error: unknown): { status: number; message: string } | null {
  if (error instanceof BadRequest) return { status: error.status, message: error.message };
  if (error instanceof DriftImpossible) return { status: 400, message: error.message };
  if (!(error instanceof ZodError)) return null;
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  return {
    status: 400,
    message: `The request cannot be used: ${problems.join('; ')}. GET /control shows what it takes.`,
  };
}

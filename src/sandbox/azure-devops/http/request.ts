import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { badRequest } from '../azure-error.ts';

/** A request to the simulated Azure DevOps, below the route prefix. */
export type AzureRequest = {
  method: string;
  /** Decoded, without the prefix: organization first. */
  segments: string[];
  /** Names are compared without regard to case, `$top` and `top` are different names. */
  query(name: string): string | null;
  accept: string;
  apiVersion: string | null;
  header(name: string): string | undefined;
  body<Schema extends z.ZodType>(schema: Schema): Promise<z.output<Schema>>;
};

const BODY_LIMIT_BYTES = 100 * 1024 * 1024;

export function readRequest(message: IncomingMessage, url: URL, prefix: string): AzureRequest {
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams) query.set(name.toLowerCase(), value);
  const accept = message.headers.accept ?? '';
  const contentType = message.headers['content-type'] ?? '';
  const inAccept = /api-version=([^;,\s]+)/.exec(`${accept};${contentType}`)?.[1];
  return {
    method: message.method ?? 'GET',
    segments: url.pathname.slice(prefix.length).split('/').filter(Boolean).map(decode),
    query: (name) => query.get(name.toLowerCase()) ?? null,
    accept: accept.toLowerCase(),
    apiVersion: query.get('api-version') ?? inAccept ?? null,
    header: (name) => {
      const value = message.headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    },
    body: async (schema) => parse(await readBody(message), schema),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(
      `A potentially dangerous Request.Path value was detected from the client (${segment}).`,
      'HttpException',
    );
  }
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw badRequest('Maximum request length exceeded.', 'HttpException');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse<Schema extends z.ZodType>(body: string, schema: Schema): z.output<Schema> {
  let value: unknown;
  try {
    value = body === '' ? undefined : JSON.parse(body);
  } catch {
    throw badRequest('The request body is not valid JSON.');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'body';
  throw badRequest(`Value cannot be used.\r\nParameter name: ${where} (${issue?.message ?? 'invalid'})`);
}

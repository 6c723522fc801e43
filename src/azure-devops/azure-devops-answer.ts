import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { unreadableError } from './azure-devops-error.ts';

/** Above this, an answer is not JSON that we asked for. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * An expired or missing credential: 401, or a success that carries the HTML sign-in page (usually 203). Every answer
 * that we ask for is JSON, a zip or bytes, so HTML is never one of them.
 */
export function needsSignIn(message: IncomingMessage): boolean {
  const status = message.statusCode ?? 0;
  if (status === 401 || status === 203) return true;
  const isPage = (message.headers['content-type'] ?? '').toLowerCase().includes('text/html');
  return isPage && status >= 200 && status < 400;
}

export async function readBytes(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_TEXT_BYTES) throw new Error(`The answer is longer than ${MAX_TEXT_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** UTF-8, without a byte order mark. */
export const textOf = (bytes: Buffer) => bytes.toString('utf8').replace(/^\uFEFF/, '');

export function decodeJson<T>(what: string, text: string, shape: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadableError(what, 'it is not JSON');
  }
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadableError(what, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'another shape'}`);
}

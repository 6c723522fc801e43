import type { IncomingMessage } from 'node:http';

export type RefusedBody = { status: number; code: string; message: string };

const JSON_TYPE = /^application\/(graphql\+)?json\s*(;|,|$)/i;

/**
 * What is wrong with a body before it is read; null: nothing. Forms and plain text are what a foreign page can send
 * without asking, and a compressed body is as large as its sender likes once it is unpacked.
 */
export function refuseBody({ method, headers }: IncomingMessage): RefusedBody | null {
  if (method !== 'POST') return null;
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    const message = 'Send the operation as JSON, with the header `Content-Type: application/json`.';
    return { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message };
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    const message =
      'Compressed bodies are not taken. Send it as it is, without the header `Content-Encoding`.';
    return { status: 415, code: 'UNSUPPORTED_CONTENT_ENCODING', message };
  }
  return null;
}

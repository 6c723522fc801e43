import { expect } from 'vitest';
import WebSocket from 'ws';
import type { Api } from '../support/api.ts';
import { waitFor } from '../support/wait-for.ts';

export type OpenStreams = Awaited<ReturnType<typeof openStreams>>;

/** A subscription over each transport, with the same key or token. */
export async function openStreams(api: Api, secret: string) {
  const authorization = `Bearer ${secret}`;
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: string[] = [];
  let code: number | null = null;
  socket.on('message', (data: Buffer) => messages.push(data.toString()));
  socket.on('close', (closed) => (code = closed));
  socket.once('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
  );
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { authorization, accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'subscription { events { id } }' }),
  });
  expect(response.status).toBe(200);
  let hasEnded = false;
  const ended = () => (hasEnded = true);
  void response.text().then(ended, ended);
  await waitFor('the acknowledgement', () => messages.some((text) => text.includes('connection_ack')));
  return { socket, closeCode: () => code, hasEventsEnded: () => hasEnded };
}

/** Within 5 seconds, and with a code on which clients connect again. */
export async function bothEnd(streams: OpenStreams): Promise<void> {
  await waitFor('the end of both streams', () => streams.closeCode() !== null && streams.hasEventsEnded(), {
    withinMs: 5_000,
  });
  expect(streams.closeCode()).toBe(4403);
}

export function bothGoOn(streams: OpenStreams): void {
  expect([streams.closeCode(), streams.hasEventsEnded()]).toEqual([null, false]);
}

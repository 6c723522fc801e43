/** Subscribers that pause, leave and come back, and keep every stream apart: what came in it, before any dedupe. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { decodeCursor } from '../../src/events/cursor.ts';

export type Told = { id: string; position: bigint; tenantId: string | undefined; version: number };
/** One uninterrupted stream: everything behind `after`, as it came. */
export type StreamRecord = { after: bigint; told: Told[] };
export type Habits = {
  transport: 'WEBSOCKET' | 'SSE';
  pauses: boolean;
  reconnects: boolean;
  /** Also reads the tenant of every event, which fails while the database is away. */
  readsTenant: boolean;
};
export type Subscriber = { habits: Habits; streams: StreamRecord[]; stop(): Promise<void> };

type Result = {
  data?: {
    events: { __typename: string; id: string; cursor: string; version?: number; tenant?: { id: string } };
  } | null;
  errors?: unknown;
};
type Target = { url: string; key: string; query: string; after: string };

const LONGEST_PAUSE_MS = 1_000;
const LONGEST_STREAM_MS = 2_000;
const RESUME_AFTER_MS = 50;
/** Cursors are kept only so often: what came behind the last kept one comes again after a reconnect. */
const KEEP_EVERY = 7;

export function startSubscriber(
  habits: Habits,
  from: { url: string; key: string; after: string },
): Subscriber {
  const streams: StreamRecord[] = [];
  const end = new AbortController();
  const query = `subscription ($after: Cursor) { events(after: $after) { __typename id cursor ... on TenantStatusChanged { version ${habits.readsTenant ? 'tenant { id }' : ''} } } }`;
  const running = (async () => {
    let after = from.after;
    while (!end.signal.aborted) {
      const leave = new AbortController();
      const timer = habits.reconnects
        ? setTimeout(() => leave.abort(), Math.random() * LONGEST_STREAM_MS)
        : undefined;
      const signal = AbortSignal.any([end.signal, leave.signal]);
      const stream: StreamRecord = { after: decodeCursor(after).position, told: [] };
      streams.push(stream);
      try {
        for await (const result of open(habits.transport, { ...from, query, after }, signal)) {
          // An event that could not be told as a whole ends the stream: it comes again behind the last good cursor.
          if (!result.data || result.errors) break;
          const { __typename, id, cursor, version = 0, tenant } = result.data.events;
          if (__typename === 'Heartbeat') continue;
          stream.told.push({ id, position: decodeCursor(cursor).position, tenantId: tenant?.id, version });
          if (!habits.reconnects || stream.told.length % KEEP_EVERY === 0) after = cursor;
          if (habits.pauses && Math.random() < 0.002) await sleep(Math.random() * LONGEST_PAUSE_MS);
        }
      } catch (problem) {
        if (!signal.aborted && !(problem instanceof Error || isClose(problem))) throw problem;
      } finally {
        clearTimeout(timer);
      }
      await sleep(RESUME_AFTER_MS);
    }
  })();
  return {
    habits,
    streams,
    stop: async () => {
      end.abort();
      await running;
    },
  };
}

const isClose = (problem: unknown) => typeof problem === 'object' && problem !== null;

function open(transport: Habits['transport'], target: Target, signal: AbortSignal): AsyncIterable<Result> {
  return transport === 'SSE' ? overEvents(target, signal) : overSocket(target, signal);
}

async function* overEvents(
  { url, key, query, after }: Target,
  signal: AbortSignal,
): AsyncGenerator<Result, undefined> {
  const headers = {
    accept: 'text/event-stream',
    'content-type': 'application/json',
    authorization: `Bearer ${key}`,
    'last-event-id': after,
  };
  const response = await fetch(url, { method: 'POST', signal, headers, body: JSON.stringify({ query }) });
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (data) yield JSON.parse(data) as Result;
    }
  }
  return undefined;
}

/** A reader that does not ask for the next result stops reading its socket, as a busy program would. */
async function* overSocket(
  { url, key, query, after }: Target,
  signal: AbortSignal,
): AsyncGenerator<Result, undefined> {
  let socket: WebSocket | undefined;
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 0,
  });
  client.on('opened', (opened) => (socket = opened instanceof WebSocket ? opened : undefined));
  const results = client.iterate({ query, variables: { after } });
  const leave = () => void results.return?.();
  signal.addEventListener('abort', leave);
  try {
    for await (const result of results) {
      socket?.pause();
      yield result as Result;
      socket?.resume();
      if (signal.aborted) return undefined;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    await client.dispose();
  }
  return undefined;
}

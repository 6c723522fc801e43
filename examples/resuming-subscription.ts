/**
 * A subscription that never misses an event: whatever ends it, it goes on behind the last event that was dealt with.
 * Delivery is at least once: an event comes again when the program ended while it dealt with it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type Connection, request } from './graphql.ts';

export type ResumingOptions<Data> = {
  connection: Connection;
  /** Has the variable `$after: Cursor`, and selects the event's cursor. */
  query: string;
  variables?: Record<string, unknown>;
  cursorOf: (data: Data) => string;
  /** Where to begin; from now on when left out. */
  after?: string | null;
  signal?: AbortSignal;
  /** Told each time the connection was lost. */
  onLost?: (reason: string) => void;
};

/** Going on would not help: the cursor is too old, the operation is wrong, or the key may not. */
export class SubscriptionRefused extends Error {
  override readonly name = 'SubscriptionRefused';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Problem = { message: string; extensions?: Record<string, unknown> };

const FINAL_CODES = [
  'CURSOR_EXPIRED',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'FORBIDDEN',
  'UNAUTHENTICATED',
];
const LONGEST_PAUSE_MS = 30_000;
const SILENT_FOR_MS = 10_000;

/** Asking for the next event says that the one before was dealt with. */
export async function* resumingSubscription<Data>(
  options: ResumingOptions<Data>,
): AsyncGenerator<Data, undefined> {
  const { connection, query, variables, cursorOf, signal, onLost } = options;
  // Without a cursor, what happened between two connections would be missed.
  let after =
    options.after ?? (await request<{ eventCursor: string }>(connection, '{ eventCursor }')).eventCursor;
  const client = connect(connection);
  let losses = 0;
  try {
    while (!signal?.aborted) {
      const results = client.iterate({ query, variables: { ...variables, after } });
      const leave = () => void results.return?.();
      signal?.addEventListener('abort', leave);
      try {
        for await (const { data, errors } of results) {
          // What graphql-ws could not begin comes as a result, too.
          refuseIfFinal(errors);
          if (errors || !data) throw new Error(describe(errors ?? 'a result came without data'));
          // The type is the caller's word for what the query selects.
          yield data as Data;
          after = cursorOf(data as Data);
          losses = 0;
        }
      } catch (problem) {
        if (signal?.aborted) return undefined;
        refuseIfFinal(problem);
        onLost?.(describe(problem));
      } finally {
        signal?.removeEventListener('abort', leave);
      }
      losses += 1;
      await sleep(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** losses) * (0.5 + Math.random() / 2));
    }
  } finally {
    await client.dispose();
  }
  return undefined;
}

function connect({ url, key }: Connection): Client {
  let late: NodeJS.Timeout | undefined;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    // Repeated by the loop above, which knows the newest cursor.
    retryAttempts: 0,
    keepAlive: SILENT_FOR_MS,
    on: {
      ping: (received) => {
        // A connection that was cut without a word never answers.
        if (!received) late = setTimeout(() => client.terminate(), SILENT_FOR_MS / 2);
      },
      pong: (received) => {
        if (received) clearTimeout(late);
      },
      closed: () => clearTimeout(late),
    },
  });
  return client;
}

function refuseIfFinal(problem: unknown): void {
  if (problem instanceof SubscriptionRefused) throw problem;
  if (!Array.isArray(problem)) return;
  for (const { message, extensions } of problem as Problem[]) {
    const code = String(extensions?.['code']);
    if (FINAL_CODES.includes(code)) throw new SubscriptionRefused(code, message);
  }
}

function describe(problem: unknown): string {
  if (Array.isArray(problem)) return (problem as Problem[]).map(({ message }) => message).join('; ');
  if (problem instanceof Error) return problem.message;
  if (typeof problem !== 'object' || problem === null) return String(problem);
  const { code, reason } = problem as { code?: number; reason?: string };
  return reason || `the socket closed with ${code}`;
}

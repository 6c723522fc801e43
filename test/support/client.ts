import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';

export type Role = 'viewer' | 'operator' | 'approver' | 'admin';

export type Answer<Data> = {
  status: number;
  data: Data | null;
  errors: { message: string; extensions?: Record<string, unknown> }[];
};

/** Asks the API as a script would, and returns whatever it answers. */
export async function ask<Data>(
  url: string,
  query: string,
  options: { variables?: Record<string, unknown>; as?: Role | null } = {},
): Promise<Answer<Data>> {
  const { variables = {}, as = 'admin' } = options;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(as ? { authorization: `Bearer sandbox-${as}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: Data; errors?: Answer<Data>['errors'] };
  return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
}

/** The data of a request that has to succeed. */
export async function get<Data>(
  url: string,
  query: string,
  options: { variables?: Record<string, unknown>; as?: Role } = {},
): Promise<Data> {
  const { data, errors } = await ask<Data>(url, query, options);
  if (!data || errors.length > 0) throw new Error(`The API refused: ${JSON.stringify(errors)}`);
  return data;
}

/** What a subscription brought so far, in order. */
export type Stream<Event> = AsyncDisposable & { received: Event[]; errors: unknown[]; opened: Promise<void> };

export function subscribe<Event>(
  url: string,
  query: string,
  options: { variables?: Record<string, unknown>; as?: Role } = {},
): Stream<Event> {
  const { variables = {}, as = 'viewer' } = options;
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer sandbox-${as}` },
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
  });
  const received: Event[] = [];
  const errors: unknown[] = [];
  client.subscribe<Event>(
    { query, variables },
    {
      next: ({ data, errors: problems }) => {
        if (problems) errors.push(...problems);
        if (data) received.push(data);
      },
      error: (error) => errors.push(error),
      complete: () => undefined,
    },
  );
  const opened = new Promise<void>((resolve) => client.on('connected', () => resolve()));
  return { received, errors, opened, [Symbol.asyncDispose]: async () => void (await client.dispose()) };
}

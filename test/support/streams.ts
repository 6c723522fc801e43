/** Subscriptions over both transports, as arrays that fill. */
import { type ExecutionResult, print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type Api, keyOf } from './api.ts';
import { waitFor } from './wait-for.ts';

export type Feed<Data> = AsyncDisposable & {
  received: Data[];
  problems: unknown[];
  /** The first `count` messages; fails when they do not come. */
  first(count: number): Promise<Data[]>;
};

type Operation<Data, Variables> = {
  document: TypedDocumentNode<Data, Variables>;
  variables: Variables;
  as?: string;
};

export function overWebSocket<Data, Variables>(api: Api, operation: Operation<Data, Variables>): Feed<Data> {
  const client = createClient({
    url: `${api.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${keyOf(operation.as ?? 'viewer')}` },
    retryAttempts: 0,
  });
  const received: Data[] = [];
  const problems: unknown[] = [];
  const payload = {
    query: print(operation.document),
    variables: operation.variables as Record<string, unknown>,
  };
  const stop = client.subscribe<Data>(payload, {
    next: ({ data, errors }) => {
      if (errors) problems.push(...errors);
      if (data) received.push(data);
    },
    error: (error) => problems.push(...(Array.isArray(error) ? (error as unknown[]) : [error])),
    complete: () => undefined,
  });
  return {
    received,
    problems,
    first: (count) => firstOf(received, problems, count),
    [Symbol.asyncDispose]: async () => {
      stop();
      await client.dispose();
    },
  };
}

export function overServerSentEvents<Data, Variables>(
  api: Api,
  operation: Operation<Data, Variables>,
): Feed<Data> {
  const received: Data[] = [];
  const problems: unknown[] = [];
  const stop = new AbortController();
  const reading = read(api, operation, stop.signal, ({ data, errors }) => {
    if (errors) problems.push(...errors);
    if (data) received.push(data);
  }).catch((error: unknown) => {
    if (!stop.signal.aborted) problems.push(error);
  });
  return {
    received,
    problems,
    first: (count) => firstOf(received, problems, count),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await reading;
    },
  };
}

async function read<Data, Variables>(
  api: Api,
  { document, variables, as = 'viewer' }: Operation<Data, Variables>,
  signal: AbortSignal,
  onResult: (result: ExecutionResult<Data>) => void,
): Promise<void> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    signal,
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${keyOf(as)}`,
    },
    body: JSON.stringify({ query: print(document), variables }),
  });
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const data = /^data: ?(\{.*)$/m.exec(message)?.[1];
      if (data && message.includes('event: next')) onResult(JSON.parse(data) as ExecutionResult<Data>);
    }
  }
}

async function firstOf<Data>(received: Data[], problems: unknown[], count: number): Promise<Data[]> {
  await waitFor(
    `${count} messages (there are ${received.length}; problems: ${JSON.stringify(problems)})`,
    () => received.length >= count,
  );
  return received.slice(0, count);
}

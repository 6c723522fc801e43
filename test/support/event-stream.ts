/** Server-sent events as they are on the wire: fields by name, one record for each message. */
import { keyOf } from './api.ts';
import { waitFor } from './wait-for.ts';

export type Message = { event: string; id: string | undefined; data: string };
export type EventStream = AsyncDisposable & {
  messages: Message[];
  /** The first `count` results, whose `data` is JSON. */
  first<Result>(count: number): Promise<Result[]>;
};

export function openEventStream(
  url: string,
  operation: { query: string; variables?: object; lastEventId?: string | undefined; authorization?: string },
): EventStream {
  const { query, variables = {}, lastEventId, authorization = `Bearer ${keyOf('viewer')}` } = operation;
  const messages: Message[] = [];
  const stop = new AbortController();
  const reading = read();
  return {
    messages,
    first: async (count) => {
      const results = () => messages.filter(({ event }) => event === 'next');
      await waitFor(
        () => `${count} results; there are ${JSON.stringify(messages).slice(0, 500)}`,
        () => results().length >= count,
      );
      return results()
        .slice(0, count)
        .map(({ data }) => JSON.parse(data) as never);
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await reading.catch(() => undefined);
    },
  };

  async function read(): Promise<void> {
    const response = await fetch(url, {
      method: 'POST',
      signal: stop.signal,
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      body: JSON.stringify({ query, variables }),
    });
    let rest = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      messages.push(...blocks.map(messageOf).filter((message) => message !== null));
    }
  }
}

function messageOf(block: string): Message | null {
  const fields = new Map(
    block
      .split('\n')
      .map((line) => /^(\w+): ?(.*)$/.exec(line))
      .map((parts) => [parts?.[1], parts?.[2] ?? '']),
  );
  const event = fields.get('event');
  return event === undefined ? null : { event, id: fields.get('id'), data: fields.get('data') ?? '' };
}

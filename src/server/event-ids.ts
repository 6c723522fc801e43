import type { Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';

/**
 * Gives every message of an event stream its event's cursor as the `id:` line, whatever the operation selects. A client
 * that reconnects sends the last one back as `Last-Event-ID`.
 */
export const sendEventIds: Plugin<Context> = {
  onSubscribe: ({ args: { contextValue } }) => {
    if (!contextValue.request.headers.get('accept')?.includes('text/event-stream')) return undefined;
    let cursor: string | undefined;
    // Results are pulled one by one: when one comes, what was told last is what it is about.
    contextValue.onTold = (told) => (cursor = told);
    return {
      onSubscribeResult: () => ({
        onNext: ({ result, setResult }) => {
          const id = cursor;
          if (id === undefined || !('data' in result)) return;
          // Yoga writes `data: ` before and the empty line behind what this returns.
          const stringify = (value: unknown) => `${JSON.stringify(value)}\nid: ${id}`;
          setResult(Object.assign({}, result, { stringify }));
        },
      }),
    };
  },
};

/** A cursor is 22 to 42 letters of base64url; anything longer is no cursor and not worth looking at. */
const LONGEST_CURSOR = 100;

/** What a client that reconnects to an event stream has got last. */
export function lastEventIdOf(request: Request): string | null {
  const id = request.headers.get('last-event-id');
  return id ? id.slice(0, LONGEST_CURSOR) : null;
}

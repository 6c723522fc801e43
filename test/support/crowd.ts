/** Many subscribers on bare sockets, who come back whenever their socket is closed, and resume behind their last event. */
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { waitFor } from './wait-for.ts';

const QUERY = 'subscription ($after: Cursor) { events(after: $after) { __typename id cursor } }';
/** Spread, so that they do not all come back at the same moment. */
const COME_BACK_WITHIN_MS = 1_000;

type Event = { __typename: string; id: string; cursor: string };
type Message = { type: string; payload?: { data?: { events: Event }; errors?: unknown } };

/** What one of them was told, in order, over all of its sockets. */
type Member = { told: string[]; cursor: string };

export type Crowd = AsyncDisposable & {
  members: readonly Member[];
  /** How sockets ended that had been taken, by code. */
  closings: Map<number, number>;
  /** From the end of a socket until the next one was taken. */
  awayMs: number[];
  problems: unknown[];
  /** Resolves when each has a socket that was taken. */
  allThere(): Promise<void>;
};

export function gather(url: string, { size, after }: { size: number; after: string }): Crowd {
  const end = new AbortController();
  const there = new Set<Member>();
  const [closings, awayMs, problems] = [new Map<number, number>(), [] as number[], [] as unknown[]];
  const members = Array.from({ length: size }, (): Member => ({ told: [], cursor: after }));
  const stay = (member: Member, leftAt: number | null) =>
    follow(url, member, {
      signal: end.signal,
      problems,
      onTaken: () => {
        there.add(member);
        if (leftAt !== null) awayMs.push(Math.round(performance.now() - leftAt));
      },
    });
  const comeAndCome = async (member: Member) => {
    let leftAt: number | null = null;
    while (!end.signal.aborted) {
      const code = await stay(member, leftAt);
      if (there.delete(member)) {
        leftAt = performance.now();
        if (!end.signal.aborted) closings.set(code, (closings.get(code) ?? 0) + 1);
      }
      if (!end.signal.aborted) await sleep(Math.random() * COME_BACK_WITHIN_MS);
    }
  };
  const over = Promise.all(members.map(comeAndCome));
  return {
    ...{ members, closings, awayMs, problems },
    allThere: async () => {
      await waitFor(
        () =>
          `${size} subscribers; there are ${there.size}, problems: ${JSON.stringify(problems.slice(0, 3))}`,
        () => there.size === size,
        { withinMs: 120_000 },
      );
    },
    [Symbol.asyncDispose]: async () => {
      end.abort();
      await over;
    },
  };
}

type Following = { signal: AbortSignal; problems: unknown[]; onTaken: () => void };

/** Resolves to the code with which the socket was closed. */
function follow(url: string, member: Member, { signal, problems, onTaken }: Following): Promise<number> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const leave = () => socket.close(1000);
  signal.addEventListener('abort', leave);
  const send = (message: object) => socket.send(JSON.stringify(message));
  socket.on('open', () =>
    send({ type: 'connection_init', payload: { authorization: 'Bearer sandbox-viewer' } }),
  );
  socket.on('message', (data: Buffer) => {
    const { type, payload } = JSON.parse(data.toString()) as Message;
    if (type === 'connection_ack') {
      send({
        id: '1',
        type: 'subscribe',
        payload: { query: QUERY, variables: { after: member.cursor } },
      });
      onTaken();
    } else if (type === 'next' && payload?.data) {
      const { __typename: kind, id, cursor } = payload.data.events;
      member.cursor = cursor;
      if (kind !== 'Heartbeat') member.told.push(id);
    } else if (type === 'next' || type === 'error') problems.push(payload);
    else if (type === 'ping') send({ type: 'pong' });
  });
  // Whoever finds nobody there comes again.
  socket.on('error', () => undefined);
  return new Promise((resolve) =>
    socket.once('close', (code) => {
      signal.removeEventListener('abort', leave);
      resolve(code);
    }),
  );
}

/** Clients that come, follow events for a while, and leave in one of several ways; half of them resume from a cursor. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { CONNECTION_INIT } from '../feed/contenders.ts';

export type Visits = { begun: number; told: number; failed: number };

const QUERY =
  'subscription ($filter: EventFilter, $after: Cursor) { events(filter: $filter, after: $after) { __typename id cursor } }';
const FOLLOWS_UP_TO = 200;

export type Visiting = {
  visits: number;
  /** More are never there at the same time. */
  atOnce: number;
  tenants: readonly string[];
  /** Whether it is time for the visitor of this number. */
  mayCome: (number: number) => boolean;
};

/** Until `visits` have come and gone. */
export async function visit(
  url: string,
  { visits, atOnce, tenants, mayCome }: Visiting,
  seen: Visits,
): Promise<void> {
  let cursor: string | null = null;
  const comeAndGo = async () => {
    while (seen.begun < visits) {
      const number = seen.begun++;
      while (!mayCome(number)) await sleep(20);
      const tenant = number % 3 === 0 ? tenants[number % tenants.length] : undefined;
      const after = number % 2 === 0 ? cursor : null;
      try {
        cursor = (await stay(url, { number, tenant, after, seen })) ?? cursor;
      } catch {
        seen.failed++;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, comeAndGo));
}

type Stay = { number: number; tenant: string | undefined; after: string | null; seen: Visits };

async function stay(url: string, { number, tenant, after, seen }: Stay): Promise<string | null> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const closed = once(socket, 'close');
  let last: string | null = null;
  let told = 0;
  socket.on('open', () => socket.send(JSON.stringify(CONNECTION_INIT)));
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as {
      type: string;
      payload?: { data?: { events?: { cursor: string } } };
    };
    if (message.type === 'connection_ack') {
      const filter = tenant ? { tenantIds: [tenant] } : null;
      const payload = { query: QUERY, variables: { filter, after } };
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    } else if (message.type === 'next') {
      last = message.payload?.data?.events?.cursor ?? last;
      seen.told++;
      if (++told === 1 + (number % FOLLOWS_UP_TO)) leave(socket, number);
    }
  });
  const patience = setTimeout(() => socket.terminate(), 20_000);
  await closed.finally(() => clearTimeout(patience));
  if (told === 0) throw new Error('It was told nothing.');
  return last;
}

/** In good order, by closing, or by dying. */
function leave(socket: WebSocket, number: number): void {
  if (number % 3 === 1) return socket.terminate();
  if (number % 3 === 2) socket.send(JSON.stringify({ id: '1', type: 'complete' }));
  socket.close(1000);
}

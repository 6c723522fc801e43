import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { apiKeySecrets } from '../../src/access/access.table.ts';
import { createKey, type MadeKey, revokeKey, sha256 } from '../../src/access/api-keys.ts';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { grantRole, listRoleGrants, withdrawRole } from '../../src/access/role-grants.ts';
import { type Api, startApi } from '../support/api.ts';
import { waitFor } from '../support/wait-for.ts';

let api: Api;
beforeAll(async () => void (api = await startApi()));
afterAll(() => api[Symbol.asyncDispose]());

const newKey = () =>
  createKey(api.db, COMMAND_LINE, {
    name: 'watched',
    personId: null,
    roles: ['VIEWER'],
    tenantIds: [],
    expiresInDays: 1,
  });

/** Open streams of one key over both transports. */
async function openStreams({ secret }: MadeKey) {
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

async function bothEnd(streams: Awaited<ReturnType<typeof openStreams>>): Promise<void> {
  const since = Date.now();
  await waitFor('the end of both streams', () => streams.closeCode() !== null && streams.hasEventsEnded());
  expect(streams.closeCode()).toBe(4403);
  expect(Date.now() - since).toBeLessThan(5_000);
}

test('Revoking a key ends its streams, and no others', async () => {
  const [revoked, kept] = [await newKey(), await newKey()];
  const [streams, others] = [await openStreams(revoked), await openStreams(kept)];
  await revokeKey(api.db, COMMAND_LINE, { id: revoked.key.id });
  await bothEnd(streams);
  expect([others.closeCode(), others.hasEventsEnded()]).toEqual([null, false]);
  others.socket.close();
});

test('Losing a role ends streams; gaining one does not', async () => {
  const made = await newKey();
  const streams = await openStreams(made);
  const subject = `key/${made.key.id}`;
  await grantRole(api.db, COMMAND_LINE, { subject, role: 'APPROVER', tenantId: null });
  const mine = (await listRoleGrants(api.db, COMMAND_LINE)).find(
    (grant) => grant.subject === subject && grant.role === 'VIEWER',
  );
  if (!mine) throw new Error('The key has no grant.');
  expect([streams.closeCode(), streams.hasEventsEnded()]).toEqual([null, false]);
  await withdrawRole(api.db, COMMAND_LINE, { id: mine.id });
  await bothEnd(streams);
});

test('The end of a key’s time ends its streams', async () => {
  const made = await newKey();
  const soon = new Date(Date.now() + 1_500);
  await api.db
    .update(apiKeySecrets)
    .set({ expiresAt: soon })
    .where(eq(apiKeySecrets.sha256, sha256(made.secret)));
  await bothEnd(await openStreams(made));
  expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
});

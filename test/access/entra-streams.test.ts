/** People and applications by their tokens, over every transport. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import type { EntraCallers } from '../../src/access/entra-callers.ts';
import { grantRole, withdrawRole } from '../../src/access/role-grants.ts';
import { type Api, startApi } from '../support/api.ts';
import { waitFor } from '../support/wait-for.ts';
import { bothEnd, bothGoOn, openStreams } from './open-streams.ts';
import { seconds, startTokenIssuer } from './token-issuer.ts';

let api: Api;
let believed: EntraCallers = () => Promise.resolve(null);
beforeAll(async () => void (api = await startApi({ entra: () => (token) => believed(token) })));
afterAll(() => api[Symbol.asyncDispose]());

async function issuer() {
  const started = await startTokenIssuer();
  believed = started.callers(api.db);
  return started;
}

async function whoIs(token: string) {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"query":"{ viewer { actor { kind displayName } roles isMachine } }"}',
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
}

const grant = (subject: string, role: 'VIEWER' | 'OPERATOR') =>
  grantRole(api.db, COMMAND_LINE, { subject, role, tenantId: null });

test('A person and an application are known by their tokens, with what was granted to them', async () => {
  const { sign, home, oid } = await issuer();
  await grant(`person/${home}/${oid}`, 'OPERATOR');
  expect((await whoIs(await sign({ roles: ['Viewer'] }))).body).toMatchObject({
    data: {
      viewer: {
        actor: { kind: 'PERSON', displayName: 'Ada' },
        roles: ['VIEWER', 'OPERATOR'],
        isMachine: false,
      },
    },
  });
  const application = { scp: undefined, name: undefined, app_displayname: 'Nightly', roles: ['Approver'] };
  expect((await whoIs(await sign({ ...application, oid: home, sub: home }))).body).toMatchObject({
    data: {
      viewer: {
        actor: { kind: 'APPLICATION', displayName: 'Nightly' },
        roles: ['APPROVER'],
        isMachine: true,
      },
    },
  });
});

test('The end of a token, and the loss of a role of a person or a group, ends their streams and no others', async () => {
  const { sign, home, oid } = await issuer();
  const group = oid;
  const own = await grant(`person/${home}/${oid}`, 'OPERATOR');
  const shared = await grant(`group/${home}/${group}`, 'VIEWER');
  const of = async (claims: object) => openStreams(api, await sign({ roles: ['Viewer'], ...claims }));
  const ending = await of({ oid: home, exp: seconds() + 2 });
  const person = await of({});
  const member = await of({ oid: home, groups: [group], roles: [] });
  const other = await of({ oid: home });
  await bothEnd(ending);
  bothGoOn(person);
  await withdrawRole(api.db, COMMAND_LINE, { id: own.id });
  await bothEnd(person);
  bothGoOn(member);
  await withdrawRole(api.db, COMMAND_LINE, { id: shared.id });
  await bothEnd(member);
  bothGoOn(other);
  other.socket.close();
});

test('While nobody can say whether a token is good, its bearer is told to come back, and is no guesser', async () => {
  const { sign, goAway } = await issuer();
  goAway('keys');
  const token = await sign({ roles: ['Viewer'] });
  for (let round = 0; round < 25; round++) {
    const { status, headers, body } = await whoIs(await sign({ roles: ['Viewer'], nonce: round }));
    expect([status, headers.get('retry-after')]).toEqual([503, '30']);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] });
  }
  const file = await fetch(`${api.url}/runs/run_${'0'.repeat(32)}/logs`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(file.status).toBe(503);
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  let code: number | null = null;
  socket.on('close', (closed) => (code = closed));
  const payload = { authorization: `Bearer ${token}` };
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  await waitFor('the end of the socket', () => code !== null);
  expect(code).toBe(1013);
  goAway('nothing');
  expect((await whoIs(token)).status).toBe(200);
});

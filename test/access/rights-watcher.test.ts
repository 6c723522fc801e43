import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiKeySecrets } from '../../src/access/access.table.ts';
import { createKey, type MadeKey, revokeKey, sha256 } from '../../src/access/api-keys.ts';
import { createAuthenticate } from '../../src/access/authenticate.ts';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { RightsWatcher } from '../../src/access/rights-watcher.ts';
import { UpstreamError } from '../../src/lib/errors.ts';
import { grantRole, listRoleGrants, withdrawRole } from '../../src/access/role-grants.ts';
import { type Api, startApi } from '../support/api.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';
import { bothEnd, bothGoOn, openStreams } from './open-streams.ts';

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

const openFor = ({ secret }: MadeKey) => openStreams(api, secret);

test('Revoking a key ends its streams, and no others', async () => {
  const [revoked, kept] = [await newKey(), await newKey()];
  const [streams, others] = [await openFor(revoked), await openFor(kept)];
  await revokeKey(api.db, COMMAND_LINE, { id: revoked.key.id });
  await bothEnd(streams);
  bothGoOn(others);
  others.socket.close();
});

test('Losing a role ends streams; gaining one does not', async () => {
  const made = await newKey();
  const streams = await openFor(made);
  const subject = `key/${made.key.id}`;
  await grantRole(api.db, COMMAND_LINE, { subject, role: 'APPROVER', tenantId: null });
  const mine = (await listRoleGrants(api.db, COMMAND_LINE)).find(
    (grant) => grant.subject === subject && grant.role === 'VIEWER',
  );
  if (!mine) throw new Error('The key has no grant.');
  bothGoOn(streams);
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
  await bothEnd(await openFor(made));
  expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
});

test('A change that nobody was told of, or that comes while another caller cannot be checked, ends streams all the same', async () => {
  const byKey = createAuthenticate({ db: api.db, fixedKeys: [], entra: null });
  const [made, kept] = [await newKey(), await newKey()];
  await using watcher = new RightsWatcher({
    db: api.db,
    authenticate: async (authorization) => {
      if (authorization !== 'of Entra') return byKey(authorization);
      throw new UpstreamError('Entra is away.', { system: 'Entra ID', isRetryable: true });
    },
    logger: silent,
  });
  const ended: string[] = [];
  const watch = async (name: string, authorization: string, secret: string) => {
    const viewer = await byKey(`Bearer ${secret}`);
    if (!viewer) throw new Error('The key names nobody.');
    watcher.watch({ authorization, viewer, end: () => ended.push(name) });
  };
  await watch('of Entra', 'of Entra', kept.secret);
  await watch('revoked', `Bearer ${made.secret}`, made.secret);
  await watch('kept', `Bearer ${kept.secret}`, kept.secret);
  await revokeKey(api.db, COMMAND_LINE, { id: made.key.id });
  await waitFor('the end of the stream', () => ended.length > 0, { withinMs: 5_000 });
  expect(ended).toEqual(['revoked']);
});

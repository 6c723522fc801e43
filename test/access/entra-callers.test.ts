import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roleGrants } from '../../src/access/access.table.ts';
import { createEntraCallers } from '../../src/access/entra-callers.ts';
import { UpstreamError } from '../../src/lib/errors.ts';
import { newId } from '../../src/lib/ids.ts';
import { json, serve } from '../azure-devops/small-server.ts';
import { createTestDatabase, silent, type TestDatabase } from '../support/database.ts';

let own: TestDatabase;
beforeAll(async () => void (own = await createTestDatabase()));
afterAll(() => own.drop());

const [home, guest, oid] = [randomUUID(), randomUUID(), randomUUID()];
const now = () => Math.floor(Date.now() / 1_000);
/** Overrides a claim with nothing, which the type of claims does not foresee. */
const without = (claim: string): JWTPayload => ({ [claim]: undefined });

/** A stand-in for login.microsoftonline.com with one key. */
async function entra() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  let isDown = false;
  const { url, seen } = await serve((response, { url: path }) => {
    if (isDown) return json(response, 503, {});
    const directory = path.split('/')[1] ?? '';
    const issuer = `${url}/${directory}/v2.0`;
    if (path.endsWith('/keys')) return void sendKeys(response);
    json(response, 200, { issuer, jwks_uri: `${url}/${directory}/keys` });
  });
  const sendKeys = async (response: Parameters<typeof json>[0]) =>
    json(response, 200, { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] });
  const sign = (claims: JWTPayload = {}, { kid = 'k1', alg = 'RS256', key = privateKey } = {}) =>
    new SignJWT({
      iss: `${url}/${home}/v2.0`,
      aud: 'api',
      tid: home,
      oid,
      name: 'Ada',
      scp: 'openid access_as_user',
      exp: now() + 600,
      nbf: now(),
      ...claims,
    })
      .setProtectedHeader({ alg, kid })
      .sign(key);
  const callers = createEntraCallers({
    db: own.database.db,
    logger: silent,
    directories: [home, guest],
    audience: 'api',
    scope: 'access_as_user',
    authority: url,
  });
  return { url, seen, sign, callers, goDown: () => (isDown = true) };
}

test('A person is tid/oid, and holds what was granted to the person, to groups, and as app roles', async () => {
  const { sign, callers } = await entra();
  const group = randomUUID();
  const tenantId = newId('ten');
  const by = { grantedBy: { kind: 'SERVICE' as const, id: 'test', displayName: 'test' } };
  await own.database.db.insert(roleGrants).values([
    { id: newId('grt'), subject: `person/${home}/${oid}`, role: 'OPERATOR', tenantId, ...by },
    { id: newId('grt'), subject: `group/${home}/${group}`, role: 'APPROVER', tenantId, ...by },
    { id: newId('grt'), subject: `group/${guest}/${group}`, role: 'ADMIN', tenantId, ...by },
  ]);
  const exp = now() + 300;
  const callerToken = await sign({ groups: [group], roles: ['TenantSync.Viewer'], exp });
  expect(await callers(callerToken)).toEqual({
    actor: { kind: 'PERSON', id: `${home}/${oid}`, displayName: 'Ada' },
    personId: `${home}/${oid}`,
    isMachine: false,
    grants: {
      fleet: new Set(['VIEWER']),
      byTenant: new Map([[tenantId, new Set(['OPERATOR', 'APPROVER'])]]),
    },
    expiresAt: new Date(exp * 1_000),
    callerToken,
  });
});

test('An application needs an app role, is a machine, and app roles of another directory count for nothing', async () => {
  const { url, sign, callers } = await entra();
  const application = { scp: undefined, name: undefined, app_displayname: 'Nightly' };
  expect(await callers(await sign(application))).toBeNull();
  expect(await callers(await sign({ ...application, roles: ['Operator'] }))).toMatchObject({
    actor: { kind: 'APPLICATION', displayName: 'Nightly' },
    isMachine: true,
    grants: { fleet: new Set(['OPERATOR']) },
  });
  const foreign = { ...application, roles: ['Admin'], iss: `${url}/${guest}/v2.0`, tid: guest };
  expect((await callers(await sign(foreign)))?.grants.fleet).toEqual(new Set());
});

test('Every other token names nobody', async () => {
  const { url, sign, callers } = await entra();
  const stranger = await generateKeyPair('RS256');
  const elliptic = await generateKeyPair('ES256');
  const tokens = {
    'of an issuer that is not listed': await sign({ iss: `${url}/${randomUUID()}/v2.0` }),
    'of an issuer with a slash more': await sign({ iss: `${url}/${home}/v2.0/` }),
    'of a directory that speaks for another': await sign({ tid: guest }),
    'for another audience': await sign({ aud: 'other' }),
    'that expired over a minute ago': await sign({ exp: now() - 70 }),
    'that begins in over a minute': await sign({ nbf: now() + 70 }),
    'without an end': await sign(without('exp')),
    'without a beginning': await sign(without('nbf')),
    'without a person': await sign({ oid: undefined }),
    'with another scope': await sign({ scp: 'User.Read' }),
    'signed by a stranger': await sign({}, { key: stranger.privateKey }),
    'with a key nobody knows': await sign({}, { kid: 'k2' }),
    'of another algorithm': await sign({}, { alg: 'ES256', key: elliptic.privateKey }),
    'that is none': 'a.b.c',
  };
  for (const [what, token] of Object.entries(tokens)) expect(await callers(token), what).toBeNull();
});

test('A clock may be off by up to a minute', async () => {
  const { sign, callers } = await entra();
  expect(await callers(await sign({ exp: now() - 40 }))).not.toBeNull();
  expect(await callers(await sign({ nbf: now() + 40 }))).not.toBeNull();
});

test('Known keys go on working while Entra is away, and unknown ones do not make us ask without end', async () => {
  const { sign, callers, seen, goDown } = await entra();
  expect(await callers(await sign())).not.toBeNull();
  goDown();
  const asked = seen.length;
  for (let i = 0; i < 20; i++) expect(await callers(await sign({}, { kid: `forged-${i}` }))).toBeNull();
  expect(seen.length).toBe(asked);
  expect(await callers(await sign())).not.toBeNull();
});

test('When no key was ever fetched, it says that Entra is away instead of refusing the caller', async () => {
  const { sign, callers, goDown } = await entra();
  goDown();
  await expect(callers(await sign())).rejects.toThrow(UpstreamError);
});

import { randomUUID } from 'node:crypto';
import { generateKeyPair, type JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { roleGrants } from '../../src/access/access.table.ts';
import type { EntraCallerOptions } from '../../src/access/entra-callers.ts';
import { UpstreamError } from '../../src/lib/errors.ts';
import { newId } from '../../src/lib/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { seconds as now, startTokenIssuer } from './token-issuer.ts';

let own: TestDatabase;
beforeAll(async () => void (own = await createTestDatabase()));
afterAll(() => own.drop());

/** Overrides a claim with nothing, which the type of claims does not foresee. */
const without = (claim: string): JWTPayload => ({ [claim]: undefined });

async function entra(more: Partial<EntraCallerOptions> = {}) {
  const issuer = await startTokenIssuer();
  return { ...issuer, callers: issuer.callers(own.database.db, more) };
}

test('A person is tid/oid, and holds what was granted to the person, to groups, and as app roles', async () => {
  const { sign, callers, home, guest, oid } = await entra();
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
    groups: [`group/${home}/${group}`],
    grants: {
      fleet: new Set(['VIEWER']),
      byTenant: new Map([[tenantId, new Set(['OPERATOR', 'APPROVER'])]]),
    },
    expiresAt: new Date(exp * 1_000),
    callerToken,
  });
});

test('An application needs an app role, is a machine, and app roles of another directory count for nothing', async () => {
  const { url, sign, callers, guest } = await entra();
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
  const { url, sign, callers, home, guest } = await entra();
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
    'signed by a stranger': await sign({}, { by: stranger.privateKey }),
    'with a key nobody knows': await sign({}, { kid: 'k2' }),
    'of another algorithm': await sign({}, { alg: 'ES256', by: elliptic.privateKey }),
    'of a person for its own eyes, an identity token': await sign({
      ...without('scp'),
      ...without('azp'),
      roles: ['Admin'],
    }),
    'of a person, without a scope': await sign({ ...without('scp'), sub: randomUUID(), roles: ['Admin'] }),
    'that is none': 'a.b.c',
  };
  for (const [what, token] of Object.entries(tokens)) expect(await callers(token), what).toBeNull();
});

test('A clock may be off by up to a minute', async () => {
  const { sign, callers } = await entra();
  expect(await callers(await sign({ exp: now() - 40 }))).not.toBeNull();
  expect(await callers(await sign({ nbf: now() + 40 }))).not.toBeNull();
});

test('Unknown keys are fetched at most every 30 seconds, however many tokens name one', async () => {
  const { sign, callers, keysAsked, rotate } = await entra();
  expect(await callers(await sign())).not.toBeNull();
  for (let i = 0; i < 20; i++) expect(await callers(await sign({}, { kid: `forged-${i}` }))).toBeNull();
  await rotate();
  expect(await callers(await sign())).toBeNull();
  expect(keysAsked()).toBe(1);
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
  expect(await callers(await sign())).not.toBeNull();
  for (let i = 0; i < 20; i++) expect(await callers(await sign({}, { kid: `forged-${i}` }))).toBeNull();
  expect(keysAsked()).toBe(2);
});

test('A key that Entra withdrew stops working when the keys are fetched again', async () => {
  const { sign, callers, rotate } = await entra({ keysFreshForMs: 0 });
  const old = await sign();
  expect(await callers(old)).not.toBeNull();
  await rotate();
  expect(await callers(await sign())).not.toBeNull();
  expect(await callers(old)).toBeNull();
});

test('While Entra is away known keys go on working, however old they are', async () => {
  for (const what of ['keys', 'everything'] as const) {
    const { sign, callers, keysAsked, goAway } = await entra({ keysFreshForMs: 0 });
    expect(await callers(await sign())).not.toBeNull();
    goAway(what);
    expect(await callers(await sign())).not.toBeNull();
    expect(keysAsked()).toBeGreaterThan(1);
  }
});

test('When the keys cannot be had, it says that Entra is away instead of refusing the caller', async () => {
  for (const what of ['keys', 'everything'] as const) {
    const { sign, callers, goAway } = await entra();
    goAway(what);
    await expect(callers(await sign())).rejects.toThrow(UpstreamError);
  }
});

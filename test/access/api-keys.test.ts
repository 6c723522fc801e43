import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/anonymous.ts';
import { createKey, listKeys, revokeKey, rotateKey } from '../../src/access/api-keys.ts';
import { apiKeySecrets, auditLog } from '../../src/access/access.table.ts';
import { createAuthenticate } from '../../src/access/authenticate.ts';
import { COMMAND_LINE } from '../../src/access/command-line.ts';
import { canSee, Forbidden, may } from '../../src/access/viewer.ts';
import { newId } from '../../src/lib/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let own: TestDatabase;
const db = () => own.database.db;
const authenticate = (secret: string) =>
  createAuthenticate({ db: db(), fixedKeys: [], entra: null })(`Bearer ${secret}`);
const input = { name: 'ci', personId: null, roles: ['OPERATOR' as const], tenantIds: [], expiresInDays: 90 };

beforeAll(async () => void (own = await createTestDatabase()));
afterAll(() => own.drop());

test('A key is shown once, kept as a hash, and names its viewer', async () => {
  const { key, secret } = await createKey(db(), COMMAND_LINE, input);
  const viewer = await authenticate(secret);
  expect(viewer).toMatchObject({
    actor: { kind: 'API_KEY', id: `key/${key.id}`, displayName: 'ci' },
    isMachine: true,
  });
  expect(viewer?.grants.fleet).toEqual(new Set(['OPERATOR']));
  expect(await authenticate(`${secret.slice(0, -1)}_`)).toBeNull();
  const kept = JSON.stringify([await db().select().from(apiKeySecrets), await db().select().from(auditLog)]);
  expect(kept).not.toContain(secret);
  expect(key.secrets[0]?.prefix).toBe(secret.slice(0, 10));
  expect((await listKeys(db(), COMMAND_LINE))[0]?.secrets[0]?.lastUsedAt).toBeInstanceOf(Date);
});

test('A key may be for single tenants, and be a person’s own', async () => {
  const [own, foreign] = [newId('ten'), newId('ten')];
  const { secret } = await createKey(db(), COMMAND_LINE, { ...input, personId: 'tid/oid', tenantIds: [own] });
  const viewer = await authenticate(secret);
  if (!viewer) throw new Error('The key names nobody.');
  expect(viewer).toMatchObject({ personId: 'tid/oid', isMachine: false, actor: { kind: 'PERSON' } });
  expect([canSee(viewer, own), canSee(viewer, foreign)]).toEqual([true, false]);
  expect([may(viewer, 'startSync', own), may(viewer, 'decide', own)]).toEqual([true, false]);
});

test('After a rotation both secrets name the same key until the overlap ends', async () => {
  const { key, secret } = await createKey(db(), COMMAND_LINE, input);
  const overlapping = await rotateKey(db(), COMMAND_LINE, { id: key.id, overlapHours: 1, expiresInDays: 90 });
  expect((await authenticate(secret))?.personId).toBe(`key/${key.id}`);
  expect((await authenticate(overlapping?.secret ?? ''))?.personId).toBe(`key/${key.id}`);
  expect(overlapping?.key.secrets).toHaveLength(2);
  await rotateKey(db(), COMMAND_LINE, { id: key.id, overlapHours: 0, expiresInDays: 90 });
  expect([await authenticate(secret), await authenticate(overlapping?.secret ?? '')]).toEqual([null, null]);
});

test('A revoked key names nobody, and is not revoked or rotated again', async () => {
  const { key, secret } = await createKey(db(), COMMAND_LINE, input);
  expect((await revokeKey(db(), COMMAND_LINE, { id: key.id }))?.revokedAt).toBeInstanceOf(Date);
  expect(await authenticate(secret)).toBeNull();
  expect(await revokeKey(db(), COMMAND_LINE, { id: key.id })).toBeNull();
  expect(await rotateKey(db(), COMMAND_LINE, { id: key.id, overlapHours: 0, expiresInDays: 1 })).toBeNull();
});

test('Nobody makes a key that counts as somebody else, or takes over one, but a command on the server', async () => {
  const admin = {
    ...COMMAND_LINE,
    actor: { ...COMMAND_LINE.actor, kind: 'PERSON' as const },
    personId: 'tid/admin',
  };
  const { key } = await createKey(db(), COMMAND_LINE, { ...input, personId: 'tid/other' });
  const refused = createKey(db(), admin, { ...input, personId: 'tid/other' });
  await expect(refused).rejects.toThrow('by that person or by a command');
  const taken = rotateKey(db(), admin, { id: key.id, overlapHours: 0, expiresInDays: 1 });
  await expect(taken).rejects.toThrow(Forbidden);
  const own = await createKey(db(), admin, { ...input, personId: 'tid/admin' });
  expect(await rotateKey(db(), admin, { id: own.key.id, overlapHours: 0, expiresInDays: 1 })).not.toBeNull();
  expect((await revokeKey(db(), admin, { id: key.id }))?.revokedAt).toBeInstanceOf(Date);
});

test('Only an admin of the fleet manages keys', async () => {
  const { secret } = await createKey(db(), COMMAND_LINE, input);
  const operator = (await authenticate(secret)) ?? ANONYMOUS;
  await expect(createKey(db(), operator, input)).rejects.toThrow(Forbidden);
  await expect(listKeys(db(), operator)).rejects.toThrow('You may not see, create or revoke keys');
});

test('The command makes the first key of an empty database, lists, rotates and revokes it', async () => {
  const url = own.url;
  const keys = (...words: string[]) => {
    const { stdout, stderr } = spawnSync(process.execPath, ['src/keys-main.ts', ...words], {
      env: { ...process.env, DATABASE_URL: url },
      encoding: 'utf8',
    });
    return stdout + stderr;
  };
  const made = keys('create', '--name', 'first admin', '--role', 'admin', '--days', '30');
  const [secret = ''] = /tsk_[\w-]{43}$/m.exec(made) ?? [];
  const [id = ''] = /key_[0-9a-f]{32}/.exec(made) ?? [];
  expect((await authenticate(secret))?.grants.fleet).toEqual(new Set(['ADMIN']));
  expect(keys('list')).toContain(`${id}  first admin`);
  const [second = ''] = /tsk_[\w-]{43}$/m.exec(keys('rotate', id)) ?? [];
  expect(await authenticate(second)).not.toBeNull();
  expect(keys('revoke', id)).toContain('revoked');
  expect(await authenticate(second)).toBeNull();
  expect(keys('revoke', id)).toContain('There is no key');
  expect(keys('create', '--name', 'x', '--role', 'king')).toContain('"king" is no role');
});

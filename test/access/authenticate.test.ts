import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/anonymous.ts';
import { authenticateWith } from '../../src/access/authenticate.ts';
import { permissions, type Role, ROLES } from '../../src/access/permissions.ts';
import { canSee, may, type Viewer } from '../../src/access/viewer.ts';
import { visibleTenants } from '../../src/access/visible.ts';
import { newId } from '../../src/lib/ids.ts';

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
const authenticate = authenticateWith([
  { name: 'reader', role: 'VIEWER', sha256: sha256('first-key') },
  { name: 'runner', role: 'OPERATOR', sha256: sha256('second-key') },
]);

test('A key names its viewer, whatever the case of the scheme', async () => {
  expect(await authenticate('Bearer first-key')).toMatchObject({
    actor: { kind: 'API_KEY', displayName: 'reader' },
    personId: 'key/reader',
  });
  expect((await authenticate('bearer  second-key '))?.grants.fleet).toEqual(new Set(['OPERATOR']));
});

test('Anything else names nobody', async () => {
  const wrong = [
    undefined,
    null,
    '',
    'Bearer',
    'Bearer ',
    'first-key',
    'Basic first-key',
    'Bearer first-key2',
    `Bearer ${sha256('first-key')}`,
    'Bearer a b',
  ];
  for (const header of wrong) expect(await authenticate(header)).toBeNull();
  expect(await authenticateWith([])('Bearer first-key')).toBeNull();
});

test('Every permission is for admins, and reading for every role', () => {
  for (const { roles } of Object.values(permissions)) expect(roles).toContain('ADMIN');
  expect(permissions.readTenants.roles).toEqual(ROLES);
});

test('A role counts only for the tenants that it is for, and nobody may anything', () => {
  const [own, foreign] = [newId('ten'), newId('ten')];
  const grants = { fleet: new Set<Role>(), byTenant: new Map([[own, new Set<Role>(['OPERATOR'])]]) };
  const viewer: Viewer = { ...ANONYMOUS, grants };
  expect([canSee(viewer, own), canSee(viewer, foreign)]).toEqual([true, false]);
  expect([
    may(viewer, 'startSync', own),
    may(viewer, 'startSync', foreign),
    may(viewer, 'decide', own),
  ]).toEqual([true, false, false]);
  expect(may(ANONYMOUS, 'readTenants', own)).toBe(false);
  expect(visibleTenants(viewer)).toEqual(new Set([own]));
  expect(visibleTenants(ANONYMOUS)).toEqual(new Set());
  expect(visibleTenants({ ...viewer, grants: { ...grants, fleet: new Set(['VIEWER']) } })).toBe('ALL');
});

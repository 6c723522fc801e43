import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { NO_GRANTS, type Viewer } from '../../src/access/viewer.ts';
import type { TenantId } from '../../src/lib/ids.ts';
import { schema } from '../../src/server/schema.ts';
import { sharingKey, type SharedOperation, withoutPerson } from '../../src/server/sharing.ts';

const CONTOSO: TenantId = 'ten_00000000000070008000000000000001';
const FABRIKAM: TenantId = 'ten_00000000000070008000000000000002';

const person = (name: string, grants: Viewer['grants'] = NO_GRANTS): Viewer => ({
  actor: { kind: 'PERSON', id: name, displayName: name },
  personId: name,
  isMachine: false,
  grants,
  expiresAt: null,
});
const [megan, alex] = [person('megan'), person('alex')];
const readerOf = (...ids: TenantId[]) =>
  person('reader', {
    fleet: new Set(),
    byTenant: new Map(ids.map((id) => [id, new Set(['OPERATOR', 'VIEWER'] as const)])),
  });

function operation(query: string, more: Partial<SharedOperation> = {}): SharedOperation {
  return {
    schema,
    document: parse(query),
    query,
    operationName: null,
    variables: null,
    viewer: megan,
    epoch: 'AAAAAAAAAAAA',
    ...more,
  };
}
const isShared = (one: SharedOperation, other: SharedOperation) => sharingKey(one) === sharingKey(other);

const PLAIN =
  'subscription ($filter: EventFilter, $after: Cursor) { events(filter: $filter, after: $after) { id } }';

test('People with the same rights share what depends on nobody', () => {
  expect(isShared(operation(PLAIN, { viewer: megan }), operation(PLAIN, { viewer: alex }))).toBe(true);
});

test.each([
  ['actions of a tenant', 'tenantStatusChanged { tenant { actions { label } } }'],
  ['actions behind an alias', 'tenantStatusChanged { tenant { mine: actions { label } } }'],
  ['actions in a fragment on an interface', 'events { ... on TenantEvent { run { ...Mine } } }'],
  ['a sign-in code', 'events { ... on AuthenticationRequested { run { authentication { userCode } } } }'],
])('%s are executed for each person', (_what, selection) => {
  const fragment = selection.includes('...Mine') ? 'fragment Mine on SyncRun { actions { label } }' : '';
  const query = `subscription { ${selection} } ${fragment}`;
  expect(isShared(operation(query, { viewer: megan }), operation(query, { viewer: alex }))).toBe(false);
  expect(isShared(operation(query, { viewer: megan }), operation(query, { viewer: person('megan') }))).toBe(
    true,
  );
  expect(withoutPerson(operation(query)).personId).toBe('megan');
});

test('Whoever has other rights does not share', () => {
  const keyFor = (viewer: Viewer) => sharingKey(operation(PLAIN, { viewer }));
  expect(keyFor(readerOf(CONTOSO))).not.toBe(keyFor(readerOf(FABRIKAM)));
  expect(keyFor(readerOf(CONTOSO))).not.toBe(keyFor(megan));
  expect(keyFor(readerOf(CONTOSO, FABRIKAM))).toBe(keyFor(readerOf(FABRIKAM, CONTOSO)));
});

test('Where somebody begins does not matter; every other variable does', () => {
  const begun = operation(PLAIN, { variables: { after: 'one', filter: null } });
  expect(isShared(begun, operation(PLAIN, { variables: { after: 'two', filter: null } }))).toBe(true);
  const filter = { tenantIds: [CONTOSO] };
  expect(isShared(begun, operation(PLAIN, { variables: { after: 'one', filter } }))).toBe(false);
  const twice =
    'subscription ($after: Cursor) { events(after: $after) { id ... on TenantEvent { tenant { syncRuns(first: 1, after: $after) { nodes { id } } } } } }';
  expect(
    isShared(
      operation(twice, { variables: { after: 'one' } }),
      operation(twice, { variables: { after: 'two' } }),
    ),
  ).toBe(false);
});

test('Another document, operation or epoch is another reading', () => {
  const two = 'subscription A { events { id } } subscription B { events { cursor } }';
  expect(isShared(operation(two, { operationName: 'A' }), operation(two, { operationName: 'B' }))).toBe(
    false,
  );
  expect(isShared(operation(PLAIN), operation(`${PLAIN} `))).toBe(false);
  expect(isShared(operation(PLAIN), operation(PLAIN, { epoch: 'BBBBBBBBBBBB' }))).toBe(false);
});

test('A field that asks for the person without saying so fails, rather than tell one what is for another', () => {
  const nobody = withoutPerson(operation(PLAIN));
  expect(nobody.grants).toBe(megan.grants);
  for (const ask of [() => nobody.personId, () => nobody.actor, () => nobody.isMachine]) {
    expect(ask).toThrow(/does not say so/);
  }
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { CursorInvalid, decodeCursor, encodeCursor } from '../../src/events/cursor.ts';
import type { LoggedEvent } from '../../src/events/event.ts';
import { type EventFilter, matches } from '../../src/events/event-filter.ts';
import { numberEvents } from '../../src/events/number-events.ts';
import { readEvents, readEventsBefore, readRange } from '../../src/events/read-events.ts';
import type { RunId } from '../../src/lib/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { append, CONTOSO, FABRIKAM, newEvent, versionOf } from '../support/events.ts';

const RUN: RunId = 'run_00000000000070008000000000000001';
const EVERY: EventFilter = { visibleTenants: 'ALL' };

let test_: TestDatabase;
let log: LoggedEvent[];
beforeAll(async () => {
  test_ = await createTestDatabase();
  await append(
    test_.database.db,
    newEvent(1),
    newEvent(2, { tenantId: FABRIKAM, facts: { organization: 'fabrikam', displayName: 'Fabrikam GmbH' } }),
    newEvent(3, { runId: RUN, facts: { statusBefore: 'STARTING', statusAfter: 'IN_PROGRESS' } }),
    newEvent(4, { body: { kind: 'GATE_MISSING' }, facts: { baselineId: FABRIKAM, domain: null } }),
    newEvent(5, { facts: { displayName: 'ÅNGSTRÖM' } }),
  );
  await numberEvents(test_.database.db);
  log = await readRange(test_.database.db, 1n, 5n);
});
afterAll(() => test_.drop());

const filters: [string, EventFilter, number[]][] = [
  ['everything', EVERY, [1, 2, 3, 4, 5]],
  ['no visible tenant', { visibleTenants: new Set() }, []],
  ['a tenant that the viewer may not see', { visibleTenants: new Set([CONTOSO]), tenantIds: [FABRIKAM] }, []],
  ['one tenant', { ...EVERY, tenantIds: [FABRIKAM] }, [2]],
  ['no tenant at all', { ...EVERY, tenantIds: [] }, []],
  ['a run', { ...EVERY, runId: RUN }, [3]],
  ['a kind', { ...EVERY, kinds: ['GATE_MISSING'] }, [4]],
  ['a status, before or after', { ...EVERY, tenant: { statuses: ['STARTING'] } }, [1, 2, 3, 4, 5]],
  ['a status that only one had', { ...EVERY, tenant: { statuses: ['IN_PROGRESS'] } }, [3]],
  ['an organization', { ...EVERY, tenant: { organization: 'fabrikam' } }, [2]],
  ['a baseline', { ...EVERY, tenant: { baselineId: FABRIKAM } }, [4]],
  ['a search in any case', { ...EVERY, tenant: { search: 'gmbh' } }, [2]],
  ['a search beyond ASCII', { ...EVERY, tenant: { search: 'ångström' } }, [5]],
];

test.each(filters)(
  'A filter for %s means the same in the table and in memory',
  async (_name, filter, wanted) => {
    const { events, position } = await readEvents(test_.database.db, { after: 0n, limit: 10, filter });
    expect(events.map((event) => Number(event.position))).toEqual(wanted);
    expect(position).toBe(5n);
    expect(log.filter((event) => matches(filter, event))).toEqual(events);
  },
);

test('Pages follow each other without gap or double, in both directions', async () => {
  const { db } = test_.database;
  const first = await readEvents(db, { after: 0n, limit: 2, filter: EVERY });
  const second = await readEvents(db, { after: first.position, limit: 2, filter: EVERY });
  expect([...first.events, ...second.events].map(versionOf)).toEqual([1, 2, 3, -1]);
  const last = await readEventsBefore(db, { before: 6n, limit: 2, filter: EVERY });
  const earlier = await readEventsBefore(db, { before: 4n, limit: 10, filter: EVERY });
  expect([...earlier, ...last].map((event) => event.position)).toEqual([1n, 2n, 3n, 4n, 5n]);
});

test('An event comes back as it was written', () => {
  expect(log[2]).toMatchObject(
    newEvent(3, { runId: RUN, facts: { statusBefore: 'STARTING', statusAfter: 'IN_PROGRESS' } }),
  );
  expect(log[2]?.occurredAt).toBeInstanceOf(Date);
  expect(log[2]?.id).toMatch(/^evt_/);
});

test('A cursor is opaque, and only an unchanged one is taken', () => {
  const place = { epoch: 'abcdefghijkl', position: 12_345_678_901_234_567n };
  const cursor = encodeCursor(place);
  expect(decodeCursor(cursor)).toEqual(place);
  const forged = [
    '',
    'x',
    cursor.slice(1),
    `${cursor}=`,
    ` ${cursor}`,
    btoa('abcdefghijkl:-1'),
    btoa('abcdefghijkl:01'),
    '\0',
    '%00',
  ];
  for (const text of forged) expect(() => decodeCursor(text), text).toThrow(CursorInvalid);
});

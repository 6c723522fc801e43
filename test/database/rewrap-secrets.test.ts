import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenCaches } from '../../src/azure-devops/azure-devops.table.ts';
import { rewrapSecrets } from '../../src/database/rewrap-secrets.ts';
import { createSeal } from '../../src/lib/seal.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let own: TestDatabase;
beforeAll(async () => void (own = await createTestDatabase()));
afterAll(() => own.drop());

const [older, newer] = ['k1', 'k2'].map((id) => ({ id, key: randomBytes(32) }));

test('Every sealed value is rewrapped once, in steps, and the old key is needed no more', async () => {
  if (!older || !newer) throw new Error('There are no keys.');
  const { db } = own.database;
  const before = createSeal([older]);
  const owners = Array.from({ length: 250 }, (_, index) => `owner-${index}`);
  await db
    .insert(tokenCaches)
    .values(owners.map((owner) => ({ owner, sealed: before.close(`secret of ${owner}`, owner) })));
  const both = createSeal([newer, older]);
  const done = await rewrapSecrets(db, both);
  expect(done.find(({ column }) => column === 'token_caches.sealed')).toMatchObject({
    rewrapped: 250,
    problems: [],
  });
  const after = createSeal([newer]);
  for (const { owner, sealed } of await db.select().from(tokenCaches))
    expect(after.open(sealed, owner)).toBe(`secret of ${owner}`);
  expect((await rewrapSecrets(db, both)).every(({ rewrapped }) => rewrapped === 0)).toBe(true);
});

test('What cannot be opened is told and left as it is', async () => {
  if (!newer) throw new Error('There is no key.');
  const { db } = own.database;
  const lost = createSeal([{ id: 'lost', key: randomBytes(32) }]).close('x', 'lost');
  await db.insert(tokenCaches).values({ owner: 'lost', sealed: lost });
  const done = await rewrapSecrets(db, createSeal([newer]));
  const { problems } = done.find(({ column }) => column === 'token_caches.sealed') ?? { problems: [] };
  expect(problems).toEqual([expect.stringContaining('"lost" is not among the configured keys')]);
});

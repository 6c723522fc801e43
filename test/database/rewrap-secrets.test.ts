import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenCaches } from '../../src/azure-devops/azure-devops.table.ts';
import { rewrapSecrets } from '../../src/database/rewrap-secrets.ts';
import { createSeal } from '../../src/lib/seal.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

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

const encoded = (keys: readonly { id: string; key: Buffer }[]) =>
  keys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');

test('The command that was killed half-way goes on when it is run again', async () => {
  if (!older || !newer) throw new Error('There are no keys.');
  await using test = await createTestDatabase();
  const { db } = test.database;
  const before = createSeal([older]);
  const owners = Array.from({ length: 450 }, (_, index) => `owner-${index}`);
  await db
    .insert(tokenCaches)
    .values(owners.map((owner) => ({ owner, sealed: before.close(`secret of ${owner}`, owner) })));
  const rotate = () =>
    spawn(process.execPath, ['src/secrets-main.ts'], {
      env: { ...process.env, DATABASE_URL: test.url, ENCRYPTION_KEYS: encoded([newer, older]) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const rewrapped = async () =>
    db.$count(tokenCaches, sql`starts_with(${tokenCaches.sealed}, ${createSeal([newer]).newestPrefix})`);

  const half = await db.select().from(tokenCaches).orderBy(tokenCaches.sealed).offset(250).limit(1);
  const killed = rotate();
  // It waits at a row that somebody else holds, in the middle of a batch, and is killed there.
  await db.transaction(async (tx) => {
    await tx
      .select()
      .from(tokenCaches)
      .where(eq(tokenCaches.owner, half[0]?.owner ?? ''))
      .for('update');
    await waitFor('the command to come to the row', async () => (await rewrapped()) === 250, {
      withinMs: 20_000,
    });
    killed.kill('SIGKILL');
    await once(killed, 'exit');
  });
  const both = createSeal([newer, older]);
  for (const { owner, sealed } of await db.select().from(tokenCaches))
    expect(both.open(sealed, owner)).toBe(`secret of ${owner}`);

  const again = rotate();
  const said: Buffer[] = [];
  again.stdout.on('data', (text: Buffer) => said.push(text));
  expect(await once(again, 'exit')).toEqual([0, null]);
  expect(Buffer.concat(said).toString()).toMatch(/token_caches\.sealed: (199|200) rewrapped, 0 cannot/);
  expect(await rewrapped()).toBe(450);
  const only = createSeal([newer]);
  for (const { owner, sealed } of await db.select().from(tokenCaches))
    expect(only.open(sealed, owner)).toBe(`secret of ${owner}`);
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import { createSeal } from '../../src/lib/seal.ts';
import { digestKeyOf } from '../../src/sync-runs/digest-key.ts';
import { digestKeys } from '../../src/sync-runs/sync-runs.table.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let own: TestDatabase;
beforeAll(async () => void (own = await createTestDatabase()));
afterAll(() => own.drop());

test('A tenant has one digest key, whoever asks for it first, and it lies sealed', async () => {
  const { db } = own.database;
  const seal = createSeal([{ id: 'k', key: randomBytes(32) }]);
  const [tenant, other] = [newId('ten'), newId('ten')];
  const keys = await Promise.all(Array.from({ length: 10 }, () => digestKeyOf({ db, seal }, tenant)));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(keys[0]).toHaveLength(32);
  expect(await digestKeyOf({ db, seal }, other)).not.toEqual(keys[0]);
  const stored = JSON.stringify(await db.select().from(digestKeys));
  expect(stored).not.toContain(keys[0]?.toString('base64'));
});

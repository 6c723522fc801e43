import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkListening } from '../../src/database/check-listening.ts';
import { isMigrated } from '../../src/database/is-migrated.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let own: TestDatabase;
let other: TestDatabase;
beforeAll(async () => {
  [own, other] = [await createTestDatabase(), await createTestDatabase()];
});
afterAll(async () => {
  await own[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

test('An address at which nothing is heard is refused with advice, one that hears is taken', async () => {
  await checkListening(own.database, own.url);
  // As deaf as a transaction pooler: LISTEN succeeds, and what is told in the other database never arrives.
  await expect(checkListening(own.database, other.url)).rejects.toThrow('Set DATABASE_LISTEN_URL');
});

test('A database that lacks a migration is told from one that has them all, and more', async () => {
  const { db, pool } = other.database;
  expect(await isMigrated(db)).toBe(true);
  await pool.query('insert into drizzle.__drizzle_migrations (hash, created_at, name) values ($1, $2, $3)', [
    'x',
    1,
    '20991231000000_of_a_later_release',
  ]);
  expect(await isMigrated(db)).toBe(true);
  await pool.query(
    'delete from drizzle.__drizzle_migrations where id = (select min(id) from drizzle.__drizzle_migrations)',
  );
  expect(await isMigrated(db)).toBe(false);
});

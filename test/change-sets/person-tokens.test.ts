import { afterAll, beforeAll, expect, it } from 'vitest';
import { decisions, decisionTokens } from '../../src/change-sets/change-sets.table.ts';
import { forgetPersonToken, keepPersonToken, openPersonToken } from '../../src/change-sets/person-tokens.ts';
import { createSeal } from '../../src/lib/seal.ts';
import { inTransaction } from '../../src/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addDecision, addRun, addTenant } from '../support/rows.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const seal = createSeal([{ id: 'k', key: Buffer.alloc(32, 1) }]);

async function keep(name: string, endsInMs: number) {
  const { db } = test.database;
  const run = await addRun(db, await addTenant(db, name));
  await addDecision(db, run, name);
  const decision = (await db.select().from(decisions)).find((one) => one.runId === run.id);
  if (!decision) throw new Error('The decision was not stored.');
  const token = { accessToken: 'secret-token', expiresAt: new Date(Date.now() + endsInMs).toISOString() };
  await inTransaction(db, (tx) => keepPersonToken(tx, { seal }, { decisionId: decision.id, token }));
  return { db, id: decision.id, token };
}

it("A person's token is sealed beside the decision, and gone when the decision has arrived", async () => {
  const { db, id, token } = await keep('a', 60_000);
  expect(JSON.stringify(await db.select().from(decisionTokens))).not.toContain('secret-token');
  expect(await openPersonToken({ db, seal }, id)).toEqual(token);
  expect(await inTransaction(db, (tx) => forgetPersonToken(tx, id))).toBe(true);
  expect(await openPersonToken({ db, seal }, id)).toBeNull();
  expect(await inTransaction(db, (tx) => forgetPersonToken(tx, id))).toBe(false);
});

it("A person's token is not used after its end", async () => {
  const { db, id } = await keep('b', -1_000);
  expect(await openPersonToken({ db, seal }, id)).toBe('expired');
});

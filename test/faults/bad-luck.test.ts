/** What Postgres does to transactions that meet: one is rolled back, and nobody may notice. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { syncRuns } from '../../src/sync-runs/sync-runs.table.ts';
import { tenants } from '../../src/tenants/tenants.table.ts';
import type { SyncRun } from '../../src/sync-runs/sync-run.ts';
import { type Api, startApi } from '../support/api.ts';
import { addRun, addTenant } from '../support/rows.ts';
import { silent } from '../support/silent.ts';
import { waitFor } from '../support/wait-for.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const open = () => openDatabase({ url: api.databaseUrl, maxConnections: 2, logger: silent });

const CANCEL = `mutation ($input: CancelSyncInput!) {
  cancelSync(input: $input) { __typename ... on SyncRun { status } }
}`;
const cancel = ({ id }: SyncRun) => api.ask<object, object>(CANCEL, { input: { syncRunId: id } }, 'operator');
const CANCELING = { cancelSync: { __typename: 'SyncRun', status: 'CANCELING' } };

/** Asked outside of any transaction: within one, Postgres shows who waited when it was first asked. */
const untilSomebodyWaits = ({ db }: Database) =>
  waitFor('somebody to wait for a lock', async () => {
    const { rows } = await db.execute<{ n: number }>(sql`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
    return rows[0]?.n === 1;
  });

/** Somebody holds the run and wants the tenant, while a mutation holds the tenant and wants the run. */
async function crossWithMutation(elsewhere: Database, name: string) {
  const run = await addRun(api.db, await addTenant(api.db, name));
  const { promise: canceling, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof cancel>>>();
  await elsewhere.db
    .transaction(async (tx) => {
      // This one looks for no deadlock, and gives up when the mutation did before there was one.
      await tx.execute(sql`set local deadlock_timeout = '1min'`);
      await tx.execute(sql`set local lock_timeout = '5s'`);
      await tx.select().from(syncRuns).where(eq(syncRuns.id, run.id)).for('update');
      resolve(cancel(run));
      await untilSomebodyWaits(elsewhere);
      await tx.select().from(tenants).where(eq(tenants.id, run.tenantId)).for('update');
    })
    .catch(() => undefined);
  return canceling;
}

test('A mutation that Postgres chose as the victim of a deadlock is done all the same', async () => {
  await using elsewhere = open();
  const deadlocks = async () => {
    const { rows } = await elsewhere.db.execute<{ n: number }>(sql`
      select deadlocks::int as n from pg_stat_database where datname = current_database()`);
    return rows[0]?.n ?? 0;
  };
  // Postgres looks once for each wait, after a second: on a slow machine the two may not have met by then.
  let tries = 0;
  await waitFor(
    'a deadlock',
    async () => {
      tries += 1;
      expect((await crossWithMutation(elsewhere, `deadlocked-${tries}`)).data).toEqual(CANCELING);
      return (await deadlocks()) > 0;
    },
    { withinMs: 25_000 },
  );
});

test('A mutation that could not be serialised with another is done all the same', async () => {
  const run = await addRun(api.db, await addTenant(api.db, 'overtaken'));
  const name = sql.identifier(new URL(api.databaseUrl).pathname.slice(1));
  await using elsewhere = open();
  await elsewhere.db.execute(
    sql`alter database ${name} set default_transaction_isolation = 'repeatable read'`,
  );
  // Whoever finds a row changed since it began is rolled back in this isolation. It holds for new connections.
  await elsewhere.db.execute(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  const isolation = async () => {
    const { rows } = await api.db.execute<{ transaction_isolation: string }>(sql`show transaction_isolation`);
    return rows[0]?.transaction_isolation;
  };
  await waitFor('new connections', async () => {
    const { data } = await api.ask('{ tenants(first: 1) { totalCount } }');
    return data !== null && (await isolation().catch(() => null)) === 'repeatable read';
  });
  const answer = await elsewhere.db.transaction(async (tx) => {
    await tx.update(tenants).set({ displayName: 'Overtaken' }).where(eq(tenants.id, run.tenantId));
    const canceling = cancel(run);
    await untilSomebodyWaits(elsewhere);
    return { canceling };
  });
  expect((await answer.canceling).data).toEqual(CANCELING);
});

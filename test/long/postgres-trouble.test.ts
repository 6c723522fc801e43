import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { ask } from '../support/client.ts';
import { untilStatus } from '../support/journey.ts';
import { lostGrants, recovery, startLoad, startTroubled } from '../support/postgres-trouble.ts';
import { waitFor } from '../support/wait-for.ts';

const ROUNDS = 20;
const ONLY_RETRYABLE = ['TEMPORARILY_UNAVAILABLE', 'data'];

test('Twenty crashes of Postgres and twenty losses of every connection under load lose nothing that was acknowledged', async () => {
  await using troubled = await startTroubled(['only']);
  await untilStatus(troubled.stack.place, 'only', 'NOT_RUN');
  const load = startLoad(troubled);
  const [restarts, terminations]: number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = load.acknowledged.length;
    await waitFor('some load', () => load.acknowledged.length > before + 20, { withinMs: 60_000 });
    await troubled.restart();
    restarts?.push(await recovery(troubled));
    await troubled.terminateAll().catch(() => undefined);
    terminations?.push(await recovery(troubled));
  }
  await load.end();
  console.log(
    [
      `served again after a restart: ${describe(restarts)}; after every connection was terminated: ${describe(terminations)}`,
      `${load.acknowledged.length} mutations acknowledged; readers were answered ${JSON.stringify([...load.readers])}, writers ${JSON.stringify([...load.writers])}`,
    ].join('\n'),
  );
  expect(
    [...load.readers.keys(), ...load.writers.keys()].filter((code) => !ONLY_RETRYABLE.includes(code)),
  ).toEqual([]);
  expect(await lostGrants(troubled, load.acknowledged)).toEqual([]);
});

test('While writers hold every connection of the pool, they are told to ask again and readers are served; then all goes on', async () => {
  await using troubled = await startTroubled(['only']);
  const { place, database } = troubled.stack;
  await untilStatus(place, 'only', 'NOT_RUN');
  const held = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const holder = database.database.db.transaction(async (tx) => {
    await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    await tx.execute(sql`lock table role_grants in access exclusive mode`);
    holding.resolve();
    await held.promise;
  });
  await holding.promise;
  const grant = (n: number) => {
    const guid = `0f9d2e3c-6a51-4f0a-8e21-${String(n).padStart(12, '0')}`;
    const query = `mutation { grantRole(input: { subject: "group/${guid}/${guid}", role: VIEWER }) { __typename } }`;
    return ask<{ grantRole: object }>(place.url, query);
  };
  const blocked = Array.from({ length: 40 }, (_, n) => grant(n));
  const [refused] = (await Promise.race(blocked)).errors;
  expect(refused?.extensions?.code).toBe('TEMPORARILY_UNAVAILABLE');
  // Reads of pages have connections of their own, which writers cannot take.
  const read = await ask(place.url, '{ tenants(first: 1) { nodes { name } } }');
  expect(read.errors).toEqual([]);
  held.resolve();
  await holder;
  const served = await recovery(troubled);
  const codes = (await Promise.all(blocked)).flatMap(({ errors }) =>
    errors.map((error) => error.extensions?.code),
  );
  expect(codes.filter((code) => code !== 'TEMPORARILY_UNAVAILABLE')).toEqual([]);
  console.log(`the pool was exhausted by 40 writers; served again ${served} ms after the lock was gone`);
});

function describe(values: number[] = []): string {
  const sorted = [...values].sort((a, b) => a - b);
  return `median ${sorted[Math.floor(sorted.length / 2)] ?? 0} ms, at most ${sorted.at(-1) ?? 0} ms (n=${sorted.length})`;
}

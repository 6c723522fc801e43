import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../support/client.ts';
import { startSync, untilStatus } from '../support/journey.ts';
import {
  lostGrants,
  recovery,
  startLoad,
  startTroubled,
  type Troubled,
} from '../support/postgres-trouble.ts';
import { waitFor } from '../support/wait-for.ts';

const ONLY_RETRYABLE = ['TEMPORARILY_UNAVAILABLE', 'data'];

let troubled: Troubled;
beforeAll(async () => {
  troubled = await startTroubled(['first', 'second']);
});
afterAll(() => troubled[Symbol.asyncDispose]());

test('Through a crash of Postgres and the loss of every connection callers are told to ask again, and nothing acknowledged is lost', async () => {
  const { stack } = troubled;
  const tenant = await untilStatus(stack.place, 'first', 'NOT_RUN');
  await startSync(stack.place, tenant.id);
  const load = startLoad(troubled);
  await waitFor('some load', () => load.acknowledged.length > 10);
  await troubled.restart();
  const afterRestart = await recovery(troubled);
  await troubled.terminateAll().catch(() => undefined);
  const afterTermination = await recovery(troubled);
  await load.end();
  expect(
    [...load.readers.keys(), ...load.writers.keys()].filter((code) => !ONLY_RETRYABLE.includes(code)),
  ).toEqual([]);
  expect(await lostGrants(troubled, load.acknowledged)).toEqual([]);
  await untilStatus(stack.place, 'first', 'IDLE');
  expect(stack.sandbox.world.ledger().filter(({ kind }) => kind === 'queued')).toHaveLength(1);
  console.log(
    `served again ${afterRestart} ms after Postgres was back, ${afterTermination} ms after every connection was terminated; ${load.acknowledged.length} mutations acknowledged, none lost`,
  );
});

test('A read-only Postgres serves readers, and tells writers to ask again until it takes writes', async () => {
  const { stack } = troubled;
  const tenant = await untilStatus(stack.place, 'second', 'NOT_RUN');
  const query = 'mutation ($input: StartSyncInput!) { startSync(input: $input) { __typename } }';
  const start = () =>
    ask<{ startSync: { __typename: string } }>(stack.place.url, query, {
      variables: { input: { tenantId: tenant.id } },
    });
  await troubled.setReadOnly(true);
  await waitFor('the writer to be refused', async () => {
    const { errors } = await start();
    return errors[0]?.extensions?.code === 'TEMPORARILY_UNAVAILABLE';
  });
  await waitFor(
    'readers to be served',
    async () => (await ask(stack.place.url, '{ tenants(first: 1) { totalCount } }')).data !== null,
  );
  expect((await start()).errors[0]?.extensions?.code).toBe('TEMPORARILY_UNAVAILABLE');
  await troubled.setReadOnly(false);
  await waitFor(
    'the writer to be served',
    async () => (await start()).data?.startSync.__typename === 'SyncRun',
  );
  await untilStatus(stack.place, 'second', 'IDLE');
});

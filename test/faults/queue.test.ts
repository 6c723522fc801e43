/** The answer to starting a pipeline gets lost: Azure DevOps knows no idempotency key, and yet nothing starts twice. */
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../support/judge.ts';
import { cancelSync, runOf, startSync, untilTenant } from '../support/journey.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: ['lost', 'slow-pool', 'given-up', 'refused', 'canceled-early'] });
});
afterEach(() => stack.sandbox.control.switchOff());
afterAll(() => stack[Symbol.asyncDispose]());

async function sync(name: string): Promise<string> {
  const tenant = await untilTenant(stack.place, name, 'is there', () => true);
  return (await startSync(stack.place, tenant.id)).id ?? '';
}

const untilEnded = (name: string, outcome: string) =>
  untilTenant(stack.place, name, `is ${outcome}`, (one) => one.latestRun?.outcome === outcome);

const startsOf = (name: string) =>
  stack.sandbox.world.ledger().filter(({ kind, key }) => kind === 'queued' && key.repository === name).length;

/** Lets the job that failed run again at once, `left` tries before its last. */
async function hurryJobs(left: number): Promise<void> {
  await stack.database.database.db.execute(sql`
    update graphile_worker._private_jobs
    set run_at = now(), attempts = greatest(attempts, max_attempts - ${left}::int)
    where locked_at is null and attempts > 0`);
}

describe('a sync whose queue answer was lost', () => {
  it('is found by its parameter, and started once', async () => {
    stack.sandbox.control.switchOn({ kind: 'lost_reply', requests: 'queue-run', times: 1 });
    const runId = await sync('lost');
    const done = await untilEnded('lost', 'SUCCEEDED');
    expect(runOf(done).id).toBe(runId);
    expect(startsOf('lost')).toBe(1);
  });

  it('is found also while it waits long for an agent', async () => {
    stack.behave('slow-pool', { queueMs: 60_000 });
    stack.sandbox.control.switchOn({ kind: 'lost_reply', requests: 'queue-run', times: 1 });
    await sync('slow-pool');
    await waitFor('the repeated try', async () => {
      await hurryJobs(5);
      return untilTenant(stack.place, 'slow-pool', 'has a number', (one) => !!one.latestRun?.logsUrl);
    });
    await untilEnded('slow-pool', 'SUCCEEDED');
    expect(startsOf('slow-pool')).toBe(1);
  });

  it('is canceled as soon as it is found, when that was asked for meanwhile', async () => {
    stack.behave('canceled-early', { queueMs: 3_600_000 });
    stack.sandbox.control.switchOn({ kind: 'lost_reply', requests: 'queue-run', times: 1 });
    stack.sandbox.control.switchOn({ kind: 'unavailable', requests: 'list-runs', times: 1_000 });
    const runId = await sync('canceled-early');
    await waitFor('the pipeline to be started', () => startsOf('canceled-early') === 1);
    expect(await cancelSync(stack.place, runId)).toMatchObject({ status: 'CANCELING' });
    stack.sandbox.control.switchOff();
    expect(runOf(await untilEnded('canceled-early', 'CANCELED')).canceledBy).toBe('PERSON');
    expect(startsOf('canceled-early')).toBe(1);
  });

  it('opens again when it turns up after it was given up', async () => {
    // A job that runs asks for its tenant's credential, and is known from then on: here it waits for its agent.
    stack.behave('given-up', { queueMs: 100_000, slowStage: { stage: 'BACKUP', ms: 60_000 } });
    stack.sandbox.control.switchOn({ kind: 'lost_reply', requests: 'queue-run', times: 1 });
    stack.sandbox.control.switchOn({ kind: 'unauthorized', requests: 'list-runs', times: 100_000 });
    const runId = await sync('given-up');
    await waitFor(
      'the run to be given up',
      async () => {
        await hurryJobs(1);
        const tenant = await untilTenant(stack.place, 'given-up', 'is there', () => true);
        return runOf(tenant).error?.code === 'QUEUE_UNANSWERED';
      },
      { withinMs: 20_000 },
    );
    stack.sandbox.control.switchOff();
    const found = await untilTenant(
      stack.place,
      'given-up',
      'goes on',
      (one) => one.status === 'IN_PROGRESS',
    );
    expect(runOf(found)).toMatchObject({ id: runId, error: null });
    await untilEnded('given-up', 'SUCCEEDED');
    expect(startsOf('given-up')).toBe(1);
  });
});

it('a sync that Azure DevOps refuses fails with its words', async () => {
  await stack.editMain('refused', 'azure-pipelines.yml', (text) => `${text}\n  : [`);
  await sync('refused');
  expect(runOf(await untilEnded('refused', 'FAILED')).error).toMatchObject({ code: 'QUEUE_REFUSED' });
  expect(startsOf('refused')).toBe(0);
});

it('each of these runs is told as it really ended', async () => {
  expect(await judge(stack)).toEqual([]);
});

/** Runs that behave oddly, although every answer about them is right. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../support/judge.ts';
import {
  cancelSync,
  changeSetOf,
  decide,
  runOf,
  startSync,
  type TenantView,
  untilStatus,
  untilTenant,
} from '../support/journey.ts';
import { get } from '../support/client.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const NAMES = ['late', 'forbidden', 'two', 'two-rejected', 'elsewhere', 'expired', 'deferred', 'slow-cancel'];
const MORE = [
  'retried',
  'locked',
  'limited',
  'abandoned',
  'deleted',
  'invalid',
  'overtaken',
  'canceled-twice',
];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ tenants: [...NAMES, ...MORE] });
});
afterAll(() => stack[Symbol.asyncDispose]());

const hour = 3_600_000;

async function sync(name: string): Promise<string> {
  const tenant = await untilTenant(stack.place, name, 'is there', () => true);
  return (await startSync(stack.place, tenant.id)).id ?? '';
}

async function untilReview(name: string): Promise<TenantView> {
  await stack.desireChange(name);
  await sync(name);
  return untilReviewable(name);
}

const untilReviewable = (name: string) =>
  untilTenant(
    stack.place,
    name,
    'can be decided',
    (one) => one.status === 'PENDING_APPROVAL' && !!one.latestRun?.changeSet,
  );

const untilEnded = (name: string, outcome: string) =>
  untilTenant(stack.place, name, `is ${outcome}`, (one) => one.latestRun?.outcome === outcome);

const buildOf = (name: string) => {
  const run = stack.sandbox.world.runs().find(({ repository }) => repository === name);
  if (!run) throw new Error(`${name} has no run.`);
  return run.buildId;
};

const untilJobAtWork = (name: string, act: (buildId: number) => Promise<unknown>) =>
  waitFor(`a job of ${name}`, () =>
    Promise.resolve()
      .then(() => act(buildOf(name)))
      .then(
        () => true,
        () => false,
      ),
  );

const runFields = async <Fields>(runId: string, fields: string): Promise<Fields> => {
  const query = `query ($id: ID!) { syncRun(id: $id) { ${fields} } }`;
  return (await get<{ syncRun: Fields }>(stack.place.url, query, { variables: { id: runId } })).syncRun;
};

describe('a gate', () => {
  it('that appears long after the stage began to wait is found', async () => {
    stack.sandbox.control.gateLate('late', 30_000);
    const waiting = await untilReview('late');
    await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    await untilEnded('late', 'SUCCEEDED');
  });

  it('behind a missing permission is not there yet, and the run says what it waits for', async () => {
    stack.sandbox.control.permit('forbidden', false);
    await stack.desireChange('forbidden');
    const runId = await sync('forbidden');
    const waitsFor = async () => (await runFields<{ waitsFor: string | null }>(runId, 'waitsFor')).waitsFor;
    await waitFor('a run that waits for a permission', async () => (await waitsFor()) === 'PERMISSION');
    expect((await untilTenant(stack.place, 'forbidden', 'is there', () => true)).status).toBe('IN_PROGRESS');
    stack.sandbox.control.permit('forbidden', true);
    const waiting = await untilReviewable('forbidden');
    expect(await waitsFor()).toBeNull();
    await decide(stack.place, 'rejectChangeSet', changeSetOf(waiting));
    await untilEnded('forbidden', 'REJECTED');
  });

  it('and another one are decided one after the other, and both answers reach Azure DevOps', async () => {
    stack.sandbox.control.setGates('two', 2);
    const waiting = await untilReview('two');
    const first = await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    const second = await waitFor('the second gate', async () => {
      const answer = await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
      return answer.__typename === 'Decision' && answer.id !== first.id ? answer : null;
    });
    expect(second.id).not.toBe(first.id);
    await untilEnded('two', 'SUCCEEDED');
    expect(stack.answersToGates('two').map(({ details }) => details.verdict)).toEqual([
      'approved',
      'approved',
    ]);
  });

  it('of two that is rejected after the other was approved rejects the run', async () => {
    stack.sandbox.control.setGates('two-rejected', 2);
    const waiting = await untilReview('two-rejected');
    await decide(stack.place, 'approveChangeSet', changeSetOf(waiting));
    await waitFor('the second gate', async () => {
      const answer = await decide(stack.place, 'rejectChangeSet', changeSetOf(waiting));
      return answer.__typename === 'Decision';
    });
    await untilEnded('two-rejected', 'REJECTED');
    await untilStatus(stack.place, 'two-rejected', 'IDLE');
  });

  it('that somebody answers in the portal shows that answer', async () => {
    await untilReview('elsewhere');
    await stack.decideInPortal('elsewhere', 'approved', 'Megan Bowen', 'Fine');
    const done = await untilEnded('elsewhere', 'SUCCEEDED');
    expect(runOf(done).decisions).toMatchObject([
      { verdict: 'APPROVE', via: 'PORTAL', digest: null, by: { displayName: 'Megan Bowen' } },
    ]);
  });

  it('that nobody answers in time leaves the tenant idle, although Azure DevOps calls the run a success', async () => {
    await untilReview('expired');
    await stack.sandbox.control.expireGate(buildOf('expired'));
    await untilEnded('expired', 'APPROVAL_EXPIRED');
    await untilStatus(stack.place, 'expired', 'IDLE');
  });

  it('that is deferred goes on waiting until it is decided', async () => {
    const waiting = await untilReview('deferred');
    await stack.sandbox.control.deferGate(buildOf('deferred'), 'Megan Bowen');
    await stack.drift('deferred');
    expect((await untilReviewable('deferred')).latestRun?.id).toBe(runOf(waiting).id);
    await stack.decideInPortal('deferred', 'approved', 'Megan Bowen', '');
    await untilEnded('deferred', 'SUCCEEDED');
  });
});

describe('a cancel', () => {
  it('that takes its time is told as such until the run has stopped', async () => {
    stack.behave('slow-cancel', { slowStage: { stage: 'BACKUP', ms: hour }, cancelMs: 20_000 });
    const runId = await sync('slow-cancel');
    await untilStatus(stack.place, 'slow-cancel', 'IN_PROGRESS');
    await cancelSync(stack.place, runId);
    await waitFor('Azure to have heard', () =>
      stack.sandbox.world
        .ledger()
        .some(({ kind, buildId }) => kind === 'cancelRequested' && buildId === buildOf('slow-cancel')),
    );
    expect((await runFields<{ status: string }>(runId, 'status')).status).toBe('CANCELING');
    await untilEnded('slow-cancel', 'CANCELED');
  });

  it('of a run whose retry went on is forgotten', async () => {
    stack.behave('canceled-twice', { slowStage: { stage: 'BACKUP', ms: hour } });
    const runId = await sync('canceled-twice');
    await untilStatus(stack.place, 'canceled-twice', 'IN_PROGRESS');
    await cancelSync(stack.place, runId);
    const canceled = await untilEnded('canceled-twice', 'CANCELED');
    expect(runOf(canceled).canceledBy).toBe('PERSON');
    await stack.sandbox.control.retry(buildOf('canceled-twice'), 'Alex Wilber');
    await untilStatus(stack.place, 'canceled-twice', 'IN_PROGRESS');
    await untilJobAtWork('canceled-twice', (id) => stack.sandbox.control.stopBySystem(id, 'time-limit'));
    const limited = await untilEnded('canceled-twice', 'TIMED_OUT');
    expect(runOf(limited).canceledBy).toBe('SYSTEM');
  });
});

describe('a run', () => {
  it('that failed opens again when somebody retries it in Azure DevOps, and tells the new ending', async () => {
    stack.behave('retried', { failStage: { stage: 'PREVIEW', message: 'Out of paper.' } });
    const runId = await sync('retried');
    await untilStatus(stack.place, 'retried', 'NEW_ERROR');
    stack.behave('retried', { slowStage: { stage: 'PREVIEW', ms: 10_000 } });
    await stack.sandbox.control.retry(buildOf('retried'), 'Alex Wilber');
    await untilStatus(stack.place, 'retried', 'IN_PROGRESS');
    expect(await untilEnded('retried', 'SUCCEEDED')).toMatchObject({ latestRun: { id: runId, error: null } });
    await untilStatus(stack.place, 'retried', 'IDLE');
  });

  it('that an exclusive lock cancelled was cancelled by the system', async () => {
    stack.behave('locked', { slowStage: { stage: 'BACKUP', ms: hour } });
    await sync('locked');
    await untilStatus(stack.place, 'locked', 'IN_PROGRESS');
    await stack.sandbox.control.stopBySystem(buildOf('locked'), 'exclusive-lock');
    expect(runOf(await untilEnded('locked', 'CANCELED')).canceledBy).toBe('SYSTEM');
  });

  it("that hit the pipeline's time limit timed out", async () => {
    stack.behave('limited', { slowStage: { stage: 'BACKUP', ms: hour } });
    await sync('limited');
    await untilJobAtWork('limited', (id) => stack.sandbox.control.stopBySystem(id, 'time-limit'));
    const limited = await untilEnded('limited', 'TIMED_OUT');
    expect(runOf(limited).error?.message).toContain('maximum time');
  });

  it('whose agent was lost failed', async () => {
    stack.behave('abandoned', { slowStage: { stage: 'BACKUP', ms: hour } });
    await sync('abandoned');
    await untilJobAtWork('abandoned', (id) => stack.sandbox.control.stopBySystem(id, 'lost-agent'));
    const lost = await untilEnded('abandoned', 'FAILED');
    expect(runOf(lost).error?.message).toContain('stopped hearing');
  });

  it('that was deleted before it ended failed, and says so', async () => {
    stack.behave('deleted', { slowStage: { stage: 'BACKUP', ms: hour } });
    await sync('deleted');
    await untilStatus(stack.place, 'deleted', 'IN_PROGRESS');
    await stack.sandbox.control.removeRun(buildOf('deleted'));
    expect(runOf(await untilEnded('deleted', 'FAILED')).error?.code).toBe('RUN_DELETED');
  });

  it('that never had a timeline shows why Azure DevOps refused it', async () => {
    await stack.editMain('invalid', 'azure-pipelines.yml', (text) => `${text}\n  : [`);
    await stack.runSchedule('invalid');
    const refused = await untilEnded('invalid', 'FAILED');
    expect(runOf(refused).error?.code).toBe('INVALID_PIPELINE');
  });

  it('that a scheduled one overtook no longer counts, and can be rejected but not approved', async () => {
    const waiting = await untilReview('overtaken');
    await stack.runSchedule('overtaken');
    await untilTenant(
      stack.place,
      'overtaken',
      'shows the newer run',
      (one) => one.latestRun?.id !== runOf(waiting).id,
    );
    const old = await runFields<{ isSuperseded: boolean }>(runOf(waiting).id, 'isSuperseded');
    expect(old.isSuperseded).toBe(true);
    expect(await decide(stack.place, 'approveChangeSet', changeSetOf(waiting))).toMatchObject({
      __typename: 'ActionRefused',
      reason: 'SUPERSEDED',
    });
    expect(await decide(stack.place, 'rejectChangeSet', changeSetOf(waiting))).toMatchObject({
      __typename: 'Decision',
    });
    await waitFor('the rejection', async () => {
      const { outcome } = await runFields<{ outcome: string | null }>(runOf(waiting).id, 'outcome');
      return outcome === 'REJECTED';
    });
  });
});

it('each of these runs is told as it really ended', async () => {
  // The schedule that overtook waits for approval: nobody decides it here.
  const problems = await judge(stack);
  expect(problems.filter((problem) => problem !== `Run ${buildOf('overtaken')} has not ended.`)).toEqual([]);
});

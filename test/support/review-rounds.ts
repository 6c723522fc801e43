/**
 * The change set changes while people approve what they read, round after round. What was written to the tenant, and
 * what reached the gate, by the sandbox's own record, is the judge.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { PIPELINE_ERROR_CODES } from '../../src/pipeline/contract.ts';
import { seededRandom } from '../../src/sandbox/azure-devops/faults/seeded-random.ts';
import {
  type ChangeSetView,
  changeSetOf,
  runOf,
  startSync,
  type TenantView,
  untilTenant,
} from './journey.ts';
import { askAs, keysOf } from './people.ts';
import { rerunPreview, untilFinished } from './rerun-preview.ts';
import { desire, reorder, textIn, textOf } from './reviewed-policy.ts';
import { type Stack, startStack } from './stack.ts';
import { waitFor } from './wait-for.ts';

const PEOPLE = 8;
/** They approve at some moment within this, shortly one after the other: a preview takes about half of it. */
const APPROVED_WITHIN_MS = 800;
const ONE_AFTER_ANOTHER_MS = 60;

/**
 * republished: the preview runs again, with other content, while the gate stays open; overtaken: so it does while the
 * answer to the gate is on its way; rerun: the run is cancelled and its preview run again, before a new gate;
 * reordered: the preview runs again, with the same content written otherwise.
 */
const TURNS = ['republished', 'overtaken', 'rerun', 'reordered'] as const;
type Turn = (typeof TURNS)[number];

export type ReviewResult = {
  rounds: number;
  tries: number;
  /** What people who approved were answered, by turn. */
  answers: Map<string, number>;
  /** Approvals that were on their way when the change set changed, and were given back. */
  released: number;
  /** Approvals that reached the gate right before the change set changed: the deployment refused them. */
  refusedAtDeploy: number;
  deployed: number;
};

type Round = {
  stack: Stack;
  name: string;
  turn: Turn;
  number: number;
  random: () => number;
  whileAnswersWait: Doorkeeper;
};

/** Rounds of several tenants go side by side. */
export async function reviewRounds(wanted: {
  rounds: number;
  tenants: number;
  seed: number;
}): Promise<ReviewResult> {
  const names = Array.from({ length: wanted.tenants }, (_, n) => `tenant-${n}`);
  await using stack = await startStack({ tenants: names, settings: keysOf(PEOPLE), timeScale: 60 });
  const random = seededRandom(wanted.seed);
  const whileAnswersWait = doorkeeperOf(stack);
  const result: ReviewResult = {
    ...{ rounds: 0, tries: 0, released: 0, refusedAtDeploy: 0, deployed: 0 },
    answers: new Map(),
  };
  const left = Array.from({ length: wanted.rounds }, (_, n) => n).values();
  const play = async (name: string) => {
    for (const number of left) {
      const turn = TURNS[number % TURNS.length] ?? 'republished';
      await review({ stack, name, turn, number, random, whileAnswersWait }, result);
    }
  };
  await Promise.all(names.map(play));
  return result;
}

async function review(round: Round, result: ReviewResult): Promise<void> {
  const { stack, name, turn, number } = round;
  const [first, second] = [`${name}, round ${number}, first`, `${name}, round ${number}, second`];
  const before = { text: textIn(stack, name), writes: writesTo(stack, name) };
  await desire(stack, name, first);
  const tenant = await untilTenant(stack.place, name, 'is free', ({ status }) =>
    ['NOT_RUN', 'IDLE', 'NEW_ERROR'].includes(status),
  );
  const { id: runId } = await startSync(stack.place, tenant.id);
  const until = (what: string, fits: (view: TenantView) => boolean) =>
    untilTenant(stack.place, name, what, (view) => view.latestRun?.id === runId && fits(view));
  const read = changeSetOf(await until('waits', canBeApproved));
  const texts = new Map([[read.digest, first]]);
  expect(textOf(read)).toBe(first);

  const answers =
    turn === 'reordered' ? await approveReordered(round, read, until) : await race(round, read, second);
  result.tries += answers.length;
  for (const { __typename, reason } of answers) count(result.answers, `${turn}: ${reason ?? __typename}`);
  const showsSecond = (view: TenantView) => canBeApproved(view) && textOf(changeSetOf(view)) === second;
  let over = await until(
    'is over, or shows what changed',
    (view) => showsSecond(view) || (turn !== 'rerun' && hasEnded(view)),
  );
  // An approval for a gate that is closed by then is given back, and made again for the next one.
  for (let tries = 1; showsSecond(over); tries += 1) {
    expect(tries).toBeLessThan(4);
    const present = changeSetOf(over);
    texts.set(present.digest, second);
    expect(await approve(stack, 0, present)).toMatchObject({ __typename: 'Decision' });
    const isDeployed = (view: TenantView) => hasEnded(view) && textIn(stack, name) === second;
    over = await until('is deployed, or given back', (view) => isDeployed(view) || showsSecond(view));
  }
  judge(round, { over, before, texts, result });
  result.rounds += 1;
}

const canBeApproved = ({ actions, latestRun }: TenantView) =>
  !!latestRun?.changeSet && actions.some(({ action, allowed }) => action === 'APPROVE' && allowed);
const hasEnded = ({ latestRun }: TenantView) => latestRun?.status === 'COMPLETED';

/** Everybody approves what they read, at some moment while it changes. */
async function race(round: Round, read: ChangeSetView, second: string): Promise<Answer[]> {
  const { stack, turn, random } = round;
  const firstAfterMs = turn === 'overtaken' ? 0 : random() * APPROVED_WITHIN_MS;
  const people = Array.from({ length: PEOPLE }, async (_, person) => {
    await sleep(firstAfterMs + random() * ONE_AFTER_ANOTHER_MS);
    return approve(stack, person, read);
  });
  const [answers] = await Promise.all([Promise.all(people), change(round, second)]);
  return answers;
}

/** Equal content has the equal digest, so what was read before is approved. */
async function approveReordered(
  round: Round,
  read: ChangeSetView,
  until: (what: string, fits: (view: TenantView) => boolean) => Promise<TenantView>,
): Promise<Answer[]> {
  const { stack, name } = round;
  await reorder(stack, name);
  await stack.sandbox.control.previewAgain(openBuild(stack, name));
  const again = changeSetOf(
    await until('has another change set', (view) => canBeApproved(view) && changeSetOf(view).id !== read.id),
  );
  expect(again.digest).toBe(read.digest);
  const answers = await Promise.all(
    Array.from({ length: PEOPLE }, (_, person) => approve(stack, person, read)),
  );
  expect(answers.filter(({ __typename }) => __typename === 'Decision')).toHaveLength(1);
  expect(answers.filter(({ __typename }) => !['Decision', 'AlreadyDecided'].includes(__typename))).toEqual(
    [],
  );
  return answers;
}

async function change({ stack, name, turn, whileAnswersWait }: Round, text: string): Promise<void> {
  const { control } = stack.sandbox;
  const buildId = openBuild(stack, name);
  if (turn === 'overtaken')
    return whileAnswersWait(async () => {
      await desire(stack, name, text);
      await control.previewAgain(buildId);
    });
  await desire(stack, name, text);
  // Too late, when the gate was answered before: then there is nothing more to review.
  if (turn === 'republished') return void (await control.previewAgain(buildId).catch(() => undefined));
  await control.cancel(buildId, 'Megan Bowen');
  await untilFinished(stack, buildId);
  await rerunPreview(stack, buildId);
}

type Doorkeeper = (act: () => Promise<void>) => Promise<void>;

/** Lets something happen when an answer to a gate has come to Azure's door, and the answers in after that. */
function doorkeeperOf({ sandbox }: Stack): Doorkeeper {
  const holds = new Set<Promise<void>>();
  let arrived = 0;
  sandbox.world.intercept(async (request, next) => {
    if (request.method === 'PATCH' && request.segments.at(-1) === 'approvals') {
      arrived += 1;
      await Promise.all(holds);
    }
    return next();
  });
  return async (act) => {
    const over = Promise.withResolvers<void>();
    holds.add(over.promise);
    const before = arrived;
    try {
      await waitFor('an answer to a gate', () => arrived > before, { withinMs: 60_000 });
      await act();
    } finally {
      holds.delete(over.promise);
      over.resolve();
    }
  };
}

type Answer = { __typename: string; reason?: string };

async function approve(stack: Stack, person: number, { id, digest }: ChangeSetView): Promise<Answer> {
  const query = `mutation ($input: ApproveChangeSetInput!) {
    approveChangeSet(input: $input) { __typename ... on ActionRefused { reason } }
  }`;
  const variables = { input: { changeSetId: id, digest } };
  return (await askAs<{ approveChangeSet: Answer }>(stack.place.url, person, { query, variables }))
    .approveChangeSet;
}

const writesTo = (stack: Stack, name: string) => stack.sandbox.control.ledger(name).tenants.length;

function openBuild(stack: Stack, name: string): number {
  const run = stack.sandbox.world.runs().find(({ repository }) => repository === name);
  if (!run) throw new Error(`${name} was never synced.`);
  return run.buildId;
}

type Judged = {
  over: TenantView;
  before: { text: unknown; writes: number };
  texts: ReadonlyMap<string, string>;
  result: ReviewResult;
};

/** Whatever was written had been read, and approved as it was read. */
function judge({ stack, name, turn }: Round, { over, before, texts, result }: Judged): void {
  const run = runOf(over);
  const settled = run.decisions.filter(({ state }) => state === 'SETTLED');
  const approved = settled.map(({ digest }) => texts.get(digest ?? ''));
  const wrote = writesTo(stack, name) > before.writes;
  const failure = { outcome: run.outcome, code: run.error?.code ?? null };
  if (wrote) {
    expect(approved).toContain(textIn(stack, name));
    expect(failure).toEqual({ outcome: 'SUCCEEDED', code: null });
    result.deployed += 1;
  } else {
    expect(textIn(stack, name)).toBe(before.text);
    expect(['republished', 'overtaken']).toContain(turn);
    expect(failure).toEqual({ outcome: 'FAILED', code: PIPELINE_ERROR_CODES.digestDiffers });
    result.refusedAtDeploy += 1;
  }
  result.released += run.decisions.filter(({ state }) => state === 'FAILED').length;
  const answered = stack.answersToGates(name).filter(({ buildId }) => buildId === openBuild(stack, name));
  expect(answered).toHaveLength(settled.length);
  expect(new Set(answered.map(({ details }) => details.approvalId)).size).toBe(answered.length);
}

const count = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

/** For a line of figures. */
export const describeReviews = (result: ReviewResult) =>
  `${result.rounds} rounds, ${result.tries} approvals of what had been read: ${result.deployed} rounds deployed what was approved, ` +
  `${result.refusedAtDeploy} were refused at deployment, ${result.released} approvals were given back; answers: ${JSON.stringify(Object.fromEntries([...result.answers].sort()))}`;

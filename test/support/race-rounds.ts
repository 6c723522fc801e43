/** Fifty people decide one run at the same moment, round after round; Azure's own record is the judge. */
import { expect } from 'vitest';
import { changeSetOf, runOf, startSync, type TenantView, untilTenant } from './journey.ts';
import { askAs, keysOf } from './people.ts';
import { type Stack, startStack } from './stack.ts';

const PEOPLE = 50;
const VERBS = ['approveChangeSet', 'rejectChangeSet', 'rejectAndRevertChangeSet', 'cancelSync'] as const;
type Verb = (typeof VERBS)[number];

export type RaceResult = { rounds: number; decided: number; tries: number; losers: Map<string, number> };

/** Rounds of several tenants go side by side. `required`: how many approvals a gate takes. */
export async function raceRounds({
  rounds,
  tenants,
  required,
}: {
  rounds: number;
  tenants: number;
  required: number;
}): Promise<RaceResult> {
  const names = Array.from({ length: tenants }, (_, n) => `tenant-${n}`);
  await using stack = await startStack({
    tenants: names,
    settings: keysOf(PEOPLE),
    plan: { minRequired: required },
    timeScale: 60,
  });
  const result: RaceResult = { rounds: 0, decided: 0, tries: 0, losers: new Map() };
  const left = Array.from({ length: rounds }, (_, n) => n).values();
  await Promise.all(
    names.map(async (name) => {
      for (const round of left) await race(stack, name, { round, required, result });
    }),
  );
  return result;
}

async function race(
  stack: Stack,
  name: string,
  { round, required, result }: { round: number; required: number; result: RaceResult },
) {
  const { place } = stack;
  await stack.desireChange(name).catch(() => undefined);
  const tenant = await untilTenant(place, name, 'is free', ({ status, latestRun }) =>
    isFree(status, latestRun),
  );
  const run = await startSync(place, tenant.id);
  const waiting = await untilTenant(
    place,
    name,
    'waits',
    ({ status, latestRun }) => latestRun?.id === run.id && status === 'PENDING_APPROVAL',
  );
  const { id: changeSetId, digest } = changeSetOf(waiting);
  const answers = await Promise.all(
    Array.from({ length: PEOPLE }, async (_, person) => {
      const verb = VERBS[(person + round) % (person % 10 === 0 ? 4 : 3)] ?? 'approveChangeSet';
      const input = verb === 'cancelSync' ? { syncRunId: run.id } : { changeSetId, digest };
      return { person, verb, answer: await act(place.url, { person, verb, input }) };
    }),
  );
  result.rounds += 1;
  result.tries += answers.length;
  const over = await untilTenant(
    place,
    name,
    'is decided',
    ({ status, latestRun }) => latestRun?.id === run.id && isFree(status, latestRun),
  );
  judge(stack, over, { answers, required, result });
}

const isFree = (status: string, run: TenantView['latestRun']) =>
  ['NOT_RUN', 'IDLE'].includes(status) && !['QUEUED', 'RUNNING'].includes(run?.revert?.status ?? '');

type Answer = {
  __typename: string;
  code?: string;
  reason?: string;
  message?: string;
  verdict?: string;
  decision?: { verdict: string; by: { displayName: string } };
};
type Told = { person: number; verb: Verb; answer: Answer };

async function act(
  url: string,
  { person, verb, input }: { person: number; verb: Verb; input: object },
): Promise<Answer> {
  const type =
    { approveChangeSet: 'ApproveChangeSetInput', cancelSync: 'CancelSyncInput' }[verb as string] ??
    'RejectChangeSetInput';
  const decided =
    verb === 'cancelSync'
      ? ''
      : '... on Decision { verdict } ... on AlreadyDecided { decision { verdict by { displayName } } }';
  const query = `mutation ($input: ${type}!) {
    ${verb}(input: $input) { __typename ... on Refusal { code message } ... on ActionRefused { reason } ${decided} }
  }`;
  const data = await askAs<Record<Verb, Answer>>(url, person, { query, variables: { input } });
  return data[verb];
}

function judge(
  stack: Stack,
  over: TenantView,
  { answers, required, result }: { answers: Told[]; required: number; result: RaceResult },
) {
  const run = runOf(over);
  const admitted = answers.filter(({ answer }) => answer.__typename === 'Decision');
  const rejections = run.decisions.filter(({ verdict }) => verdict !== 'APPROVE');
  // The first rejection ends it, and approvals end it when they are enough.
  expect(rejections.length).toBeLessThanOrEqual(1);
  expect(run.decisions.length - rejections.length).toBeLessThanOrEqual(required - rejections.length);
  if (rejections.length === 0) expect(run.decisions).toHaveLength(required);
  expect(admitted.length).toBe(run.decisions.length);
  expect(run.outcome).toBe(rejections.length > 0 ? 'REJECTED' : 'SUCCEEDED');
  const deciders = run.decisions.map(({ by }) => by.displayName);
  for (const { verb, answer } of answers) {
    if (answer.__typename === 'Decision') continue;
    const kind = answer.reason ?? answer.__typename;
    result.losers.set(`${verb}: ${kind}`, (result.losers.get(`${verb}: ${kind}`) ?? 0) + 1);
    if (verb === 'cancelSync') expect(answer.__typename).toBe('ActionRefused');
    else
      expect([answer.__typename, deciders.includes(answer.decision?.by.displayName ?? '')]).toEqual([
        'AlreadyDecided',
        true,
      ]);
  }
  const answeredGates = stack.answersToGates(over.name).map(({ buildId }) => buildId);
  expect(new Set(answeredGates).size).toBe(answeredGates.length);
  result.decided += admitted.length;
}

/** For a line of figures. */
export const describeRace = ({ rounds, tries, decided, losers }: RaceResult) =>
  `${rounds} rounds, ${tries} tries at once in all: ${decided} decisions admitted, one answer to each gate; the others: ${JSON.stringify(Object.fromEntries([...losers].sort()))}`;

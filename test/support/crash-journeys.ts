/** What users do while the program is killed under them, and what has to have happened in the end. */
import { sql } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { CrashWorld } from './crash-world.ts';
import {
  cancelSync,
  changeSetOf,
  decide,
  readTenant,
  type Result,
  runOf,
  startSync,
  type TenantView,
} from './journey.ts';
import { waitFor } from './wait-for.ts';

export const JOURNEYS = ['approve', 'revert', 'cancel'] as const;
export type JourneyName = (typeof JOURNEYS)[number];

/** Goes one way from the first mutation to the end. Each mutation is sent again under its key until it is answered. */
export async function travel(world: CrashWorld, journey: JourneyName, name: string): Promise<void> {
  const before = await effectsOn(world, name);
  world.behave(name, journey === 'cancel' ? { slowStage: { stage: 'BACKUP', ms: 600_000 } } : {});
  if (journey !== 'cancel') await world.desireChange(name);
  const tenant = await untilTenant(world, name, 'is there', () => true);
  const run = await answered(world, (more) => startSync(world.place, tenant.id, more));
  expect(run.__typename).toBe('SyncRun');
  const ofRun = (fits: (view: TenantView) => boolean) => (view: TenantView) =>
    view.latestRun?.id === run.id && fits(view);
  if (journey === 'cancel') {
    await untilTenant(
      world,
      name,
      'is running',
      ofRun(({ status }) => status === 'IN_PROGRESS'),
    );
    const canceling = await answered(world, (more) => cancelSync(world.place, run.id ?? '', more));
    expect(canceling).toMatchObject({ __typename: 'SyncRun', id: run.id });
    await untilTenant(
      world,
      name,
      'is cancelled',
      ofRun((view) => runOf(view).outcome === 'CANCELED'),
    );
  } else {
    const waiting = await untilTenant(
      world,
      name,
      'waits',
      ofRun(({ status }) => status === 'PENDING_APPROVAL'),
    );
    const field = journey === 'approve' ? 'approveChangeSet' : 'rejectAndRevertChangeSet';
    const decision = await answered(world, (more) => decide(world.place, field, changeSetOf(waiting), more));
    expect(decision.__typename).toBe('Decision');
    const isOver =
      journey === 'approve'
        ? (view: TenantView) => runOf(view).outcome === 'SUCCEEDED'
        : (view: TenantView) => runOf(view).outcome === 'REJECTED' && runOf(view).revert?.status === 'DONE';
    await untilTenant(world, name, `is over (${journey})`, ofRun(isOver));
  }
  const after = await effectsOn(world, name);
  expect([name, journey, difference(before, after)]).toEqual([name, journey, EXPECTED[journey]]);
}

/** One effect each in Azure's own record, however often the program died. */
const EXPECTED: Record<JourneyName, Record<string, number>> = {
  approve: { queued: 1, gateAnswered: 1, cancelRequested: 0, reverted: 0 },
  revert: { queued: 1, gateAnswered: 1, cancelRequested: 0, reverted: 1 },
  cancel: { queued: 1, gateAnswered: 0, cancelRequested: 1, reverted: 0 },
};

async function effectsOn(world: CrashWorld, name: string): Promise<Record<string, number>> {
  const own = world.sandbox.world.ledger().filter(({ key }) => key.repository === name);
  const count = (kind: string) => own.filter((entry) => entry.kind === kind).length;
  const commits = await world.mainCommits(name);
  return {
    queued: count('queued'),
    gateAnswered: count('gateAnswered'),
    cancelRequested: count('cancelRequested'),
    reverted: commits.filter(({ message }) => message.startsWith('Revert the changes of sync')).length,
  };
}

const difference = (before: Record<string, number>, after: Record<string, number>) =>
  Object.fromEntries(Object.entries(after).map(([kind, n]) => [kind, n - (before[kind] ?? 0)]));

function untilTenant(world: CrashWorld, name: string, what: string, fits: (tenant: TenantView) => boolean) {
  let last: TenantView | null = null;
  const wanted = () =>
    `${name} ${what}; it is ${JSON.stringify(last && { status: last.status, run: last.latestRun })}`;
  return world.patiently(wanted, async () => {
    const tenant = await readTenant(world.place, name);
    last = tenant ?? last;
    return tenant && fits(tenant) ? tenant : null;
  });
}

/** An answer that is a result, or a refusal other than "still in flight". */
function answered(world: CrashWorld, send: (more: object) => Promise<Result>): Promise<Result> {
  const idempotencyKey = randomUUID();
  return world.patiently('a mutation to be answered', async () => {
    const result = await send({ idempotencyKey });
    return result.__typename === 'IdempotencyKeyInFlight' ? null : result;
  });
}

/** Nothing is left half done: no job, no decision on its way, no run that Azure never heard of. */
export async function expectNothingHalfDone({ database }: CrashWorld): Promise<void> {
  const left = async () => {
    const { rows } = await database.database.db.execute<{ what: string; n: number }>(sql`
      select 'jobs' as what, count(*)::int as n from graphile_worker.jobs
        where task_identifier not in ('delete-old-events')
      union all select 'decisions on their way', count(*)::int from decisions where state = 'SENDING'
      union all select 'runs without a number', count(*)::int from sync_runs where build_id is null
      union all select 'open runs', count(*)::int from sync_runs where status <> 'COMPLETED'
      union all select 'tenants with a wrong newest run', count(*)::int from tenants t
        where t.latest_run_id is distinct from (
          select id from sync_runs r where r.tenant_id = t.id order by queued_at desc, id desc limit 1)`);
    return rows.filter(({ n }) => n > 0);
  };
  let last: unknown;
  await waitFor(
    () => `nothing to be half done; ${JSON.stringify(last)}`,
    async () => {
      last = await left();
      return (last as unknown[]).length === 0;
    },
    { withinMs: 60_000 },
  );
}

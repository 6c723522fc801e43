/** Holds what the API says of every run against what really happened, by the sandbox's own record. */
import type { LedgerEntry } from '../../src/sandbox/azure-devops/ledger.ts';
import { get } from './client.ts';
import type { Stack } from './stack.ts';

type Told = {
  id: string;
  status: string;
  outcome: string | null;
  buildId: number | null;
  tenant: string;
  isShownAs: string | null;
};

const RUNS = /* GraphQL */ `
  query Runs($after: String) {
    syncRuns(first: 100, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        status
        outcome
        azureDevOpsUrl
        tenant {
          name
          status
          latestRun {
            id
          }
        }
      }
    }
  }
`;
type Page = {
  syncRuns: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: {
      id: string;
      status: string;
      outcome: string | null;
      azureDevOpsUrl: string | null;
      tenant: { name: string; status: string; latestRun: { id: string } | null };
    }[];
  };
};

/** Every run that the API knows. */
export async function toldRuns(stack: Pick<Stack, 'place'>): Promise<Told[]> {
  const told: Told[] = [];
  for (let after: string | null = null; ;) {
    const page: Page = await get<Page>(stack.place.url, RUNS, { variables: { after } });
    for (const { tenant, azureDevOpsUrl, ...run } of page.syncRuns.nodes) {
      const buildId = /buildId=(\d+)/.exec(azureDevOpsUrl ?? '')?.[1];
      const isShownAs = tenant.latestRun?.id === run.id ? tenant.status : null;
      told.push({ ...run, tenant: tenant.name, isShownAs, buildId: buildId ? Number(buildId) : null });
    }
    after = page.syncRuns.pageInfo.endCursor;
    if (!page.syncRuns.pageInfo.hasNextPage) return told;
  }
}

/** What is wrong, in sentences; empty when every run ended, once, as it really did. */
export async function judge(stack: Pick<Stack, 'place' | 'sandbox'>): Promise<string[]> {
  const ledger = stack.sandbox.world.ledger();
  const builds = Map.groupBy(ledger, ({ buildId }) => buildId);
  const told = await toldRuns(stack);
  const problems = [...doubleStarts(ledger), ...doubleAnswers(ledger)];
  for (const [buildId, entries] of builds) {
    if (buildId === null) continue;
    const really = outcomeOf(entries);
    const runs = told.filter((run) => run.buildId === buildId);
    const says = runs.map((run) => run.outcome ?? run.status).join(' and ') || 'nothing';
    if (really === null) problems.push(`Run ${buildId} has not ended.`);
    else if (says !== really) problems.push(`Run ${buildId} is ${really}, and the API says ${says}.`);
  }
  for (const run of told) {
    if (run.status === 'COMPLETED' && run.isShownAs !== null && !AT_REST.has(run.isShownAs))
      problems.push(`${run.id} of ${run.tenant} has ended, and the tenant still shows ${run.isShownAs}.`);
    if (run.buildId === null && !(run.status === 'COMPLETED' && run.outcome !== 'SUCCEEDED'))
      problems.push(`${run.id} of ${run.tenant} is ${run.outcome ?? run.status}, and never ran.`);
  }
  return problems;
}

/** What a tenant shows while no run is open. */
const AT_REST = new Set(['NOT_RUN', 'IDLE', 'NEW_ERROR']);

/** null: it is still open. */
export function outcomeOf(entries: readonly LedgerEntry[]): string | null {
  const since = entries.findLastIndex(({ kind }) => kind === 'retried');
  const attempt = entries.slice(since + 1);
  const has = (kind: LedgerEntry['kind'], detail: string, value: string) =>
    attempt.some((entry) => entry.kind === kind && entry.details[detail] === value);
  const end = attempt.findLast(({ kind }) => kind === 'finished');
  const deletedAt = attempt.findIndex(({ kind }) => kind === 'deleted');
  if (deletedAt >= 0 && !(end && attempt.indexOf(end) < deletedAt)) return 'FAILED';
  if (!end) return null;
  if (has('gateAnswered', 'gate', 'rejected')) return 'REJECTED';
  if (has('gateClosed', 'gate', 'timedOut')) return 'APPROVAL_EXPIRED';
  if (end.details.error === 'AUTHENTICATION_EXPIRED') return 'AUTHENTICATION_EXPIRED';
  if (end.details.result === 'canceled')
    return has('stoppedBySystem', 'why', 'time-limit') ? 'TIMED_OUT' : 'CANCELED';
  return (
    { succeeded: 'SUCCEEDED', partiallySucceeded: 'PARTIALLY_SUCCEEDED' }[String(end.details.result)] ??
    'FAILED'
  );
}

function doubleStarts(ledger: readonly LedgerEntry[]): string[] {
  const requested = ledger.filter(({ kind, details }) => kind === 'queued' && details.syncRequestId);
  return [...Map.groupBy(requested, ({ details }) => details.syncRequestId)].flatMap(([id, starts]) =>
    starts.length > 1 ? [`${String(id)} was started ${starts.length} times.`] : [],
  );
}

/** Gates of these tests want one answer. */
function doubleAnswers(ledger: readonly LedgerEntry[]): string[] {
  const answers = ledger.filter(({ kind }) => kind === 'gateAnswered');
  return [...Map.groupBy(answers, ({ details }) => details.approvalId)].flatMap(([id, all]) =>
    all.length > 1 ? [`The gate ${String(id)} was answered ${all.length} times.`] : [],
  );
}

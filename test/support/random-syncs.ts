/** Many syncs through all endings, chosen by a seed, while faults hit every kind of request. */
import { sql } from 'drizzle-orm';
import { pause } from '../../src/lib/pause.ts';
import { seededRandom } from '../../src/sandbox/azure-devops/faults/seeded-random.ts';
import { get } from './client.ts';
import { cancelSync, decide, readTenant, startSync } from './journey.ts';
import type { Stack } from './stack.ts';

export const ENDINGS = [
  'approve',
  'reject',
  'revert',
  'revert-by-request',
  'nothing-to-do',
  'partial',
  'preview',
  'fail',
  'fail-and-retry',
  'cancel',
  'portal-approves',
  'portal-rejects',
  'gate-expires',
  'exclusive-lock',
  'time-limit',
  'lost-agent',
  'scheduled',
  'late-sign-in',
  'declined-sign-in',
] as const;
export type Ending = (typeof ENDINGS)[number];

export type RandomSyncs = {
  stack: Stack;
  /** Of these the second half signs in. */
  tenants: string[];
  syncs: number;
  seed: number;
  /** For one sync, until it ended. */
  withinMs: number;
};

/** The endings that were tried, with the outcomes that the API told. Tenants work side by side. */
export async function runRandomSyncs(options: RandomSyncs): Promise<{ ending: Ending; outcome: string }[]> {
  const { tenants, syncs, seed } = options;
  const random = seededRandom(seed);
  const plan = Array.from(
    { length: syncs },
    (_, index) => ENDINGS[(index + Math.floor(random() * 3)) % ENDINGS.length],
  );
  const done: { ending: Ending; outcome: string }[] = [];
  await Promise.all(
    tenants.map(async (name) => {
      for (let ending = plan.pop(); ending; ending = plan.pop())
        done.push({ ending, outcome: await new Sync(options, name, ending).run() });
    }),
  );
  return done;
}

const RUN = /* GraphQL */ `
  query Run($id: ID!) {
    syncRun(id: $id) {
      status
      outcome
      azureDevOpsUrl
      logsUrl
      changeSet {
        id
        digest
      }
      authentication {
        userCode
      }
      revert {
        status
      }
      decisions {
        state
        verdict
        error
      }
    }
  }
`;
type RunNow = {
  status: string;
  outcome: string | null;
  azureDevOpsUrl: string | null;
  logsUrl: string | null;
  changeSet: { id: string; digest: string } | null;
  authentication: { userCode: string | null } | null;
  revert: { status: string } | null;
  decisions: { state: string; verdict: string; error: string | null }[];
};

const POLICIES = 'MSGraph:ConditionalAccess:Policies';
const FIRST = 'Block legacy authentication';
const SECOND = 'Require multifactor authentication for all users';
const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 100;

/** One sync and everybody who has to do with it: what they do is done once, as soon as it is possible. */
class Sync {
  readonly #stack: Stack;
  readonly #name: string;
  readonly #ending: Ending;
  readonly #withinMs: number;
  readonly #done = new Set<string>();

  constructor({ stack, withinMs }: RandomSyncs, name: string, ending: Ending) {
    this.#stack = stack;
    this.#name = name;
    this.#ending = ending;
    this.#withinMs = withinMs;
  }

  async run(): Promise<string> {
    const until = Date.now() + this.#withinMs;
    await this.#prepare();
    const id = await this.#start(until);
    for (; Date.now() < until; await pause(LOOK_EVERY_MS)) {
      const last = await this.#read(id);
      if ((await this.#hasEnded(last)) && (await this.#hasLogs(last))) return last.outcome ?? '';
      await this.#act(id, last);
    }
    const last = JSON.stringify(await this.#read(id));
    throw new Error(`A sync of ${this.#name} that was to end by ${this.#ending} is stuck: ${last}.`);
  }

  async #prepare(): Promise<void> {
    const { control } = this.#stack.sandbox;
    const stops: Ending[] = ['cancel', 'exclusive-lock', 'time-limit', 'lost-agent'];
    this.#stack.behave(this.#name, {
      ...(stops.includes(this.#ending) ? { slowStage: { stage: 'BACKUP', ms: HOUR_MS } } : {}),
      ...(this.#ending.startsWith('fail')
        ? { failStage: { stage: 'BACKUP', message: 'Out of paper.', code: 'PAPER' } }
        : {}),
    });
    await this.#want(FIRST, this.#ending !== 'nothing-to-do');
    await this.#want(SECOND, this.#ending === 'partial');
    const message = this.#ending === 'partial' ? 'Forbidden by the directory.' : null;
    control.refuseWrites(this.#name, { configurationType: POLICIES, displayName: SECOND, message });
    if (this.#ending.endsWith('sign-in')) control.requireSignIn(this.#name);
    control.protectBranch(this.#name, 'main', this.#ending === 'revert-by-request');
  }

  /** On `main`: another value than the tenant has, or the same. */
  async #want(displayName: string, isOther: boolean): Promise<void> {
    const { control } = this.#stack.sandbox;
    const object = control.configuration(this.#name).find((one) => one.displayName === displayName);
    const present = object?.properties.state === 'disabled' ? 'disabled' : 'enabled';
    const value = !isOther ? present : present === 'enabled' ? 'disabled' : 'enabled';
    const edit = { configurationType: POLICIES, displayName, property: 'state', value };
    await control.editProperty(this.#name, edit);
  }

  /** A revert of the sync before may still be going on. */
  async #start(until: number): Promise<string> {
    const { place } = this.#stack;
    let told = 'nothing';
    for (; Date.now() < until; await pause(LOOK_EVERY_MS)) {
      const tenant = await readTenant(place, this.#name);
      if (!tenant) continue;
      if (this.#ending === 'scheduled') return this.#schedule(tenant.latestRun?.id ?? null, until);
      const mode = this.#ending === 'preview' ? 'PREVIEW_ONLY' : 'FULL';
      const result = await startSync(place, tenant.id, { mode });
      if (result.__typename === 'SyncRun') return result.id ?? '';
      told = JSON.stringify(result);
    }
    throw new Error(`${this.#name} could not be synced: ${told}.`);
  }

  async #schedule(before: string | null, until: number): Promise<string> {
    await this.#stack.runSchedule(this.#name);
    for (; Date.now() < until; await pause(LOOK_EVERY_MS)) {
      const latest = (await readTenant(this.#stack.place, this.#name))?.latestRun;
      if (latest && latest.id !== before) return latest.id;
    }
    throw new Error(`The scheduled run of ${this.#name} was never seen.`);
  }

  async #read(id: string): Promise<RunNow> {
    return (await get<{ syncRun: RunNow }>(this.#stack.place.url, RUN, { variables: { id } })).syncRun;
  }

  async #hasEnded({ status, revert }: RunNow): Promise<boolean> {
    if (status !== 'COMPLETED' || this.#openBuild() !== null) return false;
    if (this.#ending === 'fail-and-retry' && !this.#done.has('retry')) return this.#retry();
    if (!this.#ending.startsWith('revert') || !this.#done.has('decide')) return true;
    if (revert?.status === 'PULL_REQUEST_OPEN') await this.#complete();
    return ENDED_REVERTS.has(revert?.status ?? '');
  }

  /** Somebody reviews the pull request, and the program looks at once instead of in half a minute. */
  async #complete(): Promise<void> {
    const { world } = this.#stack.sandbox;
    const key = world.tenants().find(({ repository }) => repository === this.#name);
    if (!key) return;
    const [id] = world.openPullRequests(key);
    if (id !== undefined)
      await this.#once('complete', () => world.completePullRequest(key, id, 'Megan Bowen'));
    await this.#stack.database.database.db.execute(
      sql`update graphile_worker._private_jobs set run_at = now() where locked_at is null and attempts = 0`,
    );
  }

  /** What people do with a run in the end; asked again when Azure DevOps could not be. */
  async #hasLogs({ logsUrl }: RunNow): Promise<boolean> {
    if (logsUrl === null) return true;
    const file = await fetch(logsUrl);
    const bytes = Buffer.from(await file.arrayBuffer());
    if (file.status === 200 && bytes.subarray(0, 2).toString() !== 'PK')
      throw new Error('The logs are no zip.');
    return file.status !== 502;
  }

  async #retry(): Promise<false> {
    this.#stack.behave(this.#name, {});
    const [newest] = this.#stack.sandbox.world.runs().filter(({ repository }) => repository === this.#name);
    await this.#once('retry', () => this.#stack.sandbox.control.retry(newest?.buildId ?? 0, 'Alex Wilber'));
    return false;
  }

  async #act(id: string, run: RunNow): Promise<void> {
    const { changeSet, status } = run;
    const userCode = run.authentication?.userCode;
    if (status === 'PENDING_AUTHENTICATION' && userCode) await this.#signIn(userCode);
    if (status === 'PENDING_APPROVAL' && changeSet) await this.#decide(changeSet);
    if (status === 'IN_PROGRESS') await this.#stop(id);
  }

  async #signIn(userCode: string): Promise<void> {
    const answer = this.#ending === 'declined-sign-in' ? 'decline' : '';
    await this.#once(`sign in ${userCode}`, () => void this.#stack.sandbox.control.signIn(userCode, answer));
  }

  async #decide(changeSet: { id: string; digest: string }): Promise<void> {
    const { place, sandbox } = this.#stack;
    const buildId = this.#openBuild() ?? 0;
    const answered = async (field: Parameters<typeof decide>[1]) => {
      const { __typename, reason } = await decide(place, field, changeSet);
      if (__typename !== 'Decision' && __typename !== 'AlreadyDecided')
        throw new Error(`Not decided: ${__typename} ${reason ?? ''}`);
    };
    await this.#once('decide', () => {
      switch (this.#ending) {
        case 'reject':
          return answered('rejectChangeSet');
        case 'revert':
        case 'revert-by-request':
          return answered('rejectAndRevertChangeSet');
        case 'portal-approves':
          return sandbox.world.decideInPortal(buildId, 'approved', 'Megan Bowen', '');
        case 'portal-rejects':
          return sandbox.world.decideInPortal(buildId, 'rejected', 'Megan Bowen', '');
        case 'gate-expires':
          return sandbox.control.expireGate(buildId);
        default:
          return answered('approveChangeSet');
      }
    });
  }

  async #stop(id: string): Promise<void> {
    const { control } = this.#stack.sandbox;
    const buildId = this.#openBuild() ?? 0;
    switch (this.#ending) {
      case 'cancel':
        return this.#once('cancel', async () => void (await cancelSync(this.#stack.place, id)));
      case 'exclusive-lock':
      case 'time-limit':
      case 'lost-agent': {
        const why = this.#ending;
        return this.#once('stop', () => control.stopBySystem(buildId, why));
      }
      default:
        return;
    }
  }

  /** What cannot be done yet is tried again at the next look. */
  async #once(what: string, act: () => void | Promise<void>): Promise<void> {
    if (this.#done.has(what)) return;
    try {
      await act();
      this.#done.add(what);
    } catch {
      this.#done.delete(what);
    }
  }

  #openBuild(): number | null {
    const runs = this.#stack.sandbox.world.runs();
    return (
      runs.find(({ repository, phase }) => repository === this.#name && phase !== 'FINISHED')?.buildId ?? null
    );
  }
}

const ENDED_REVERTS = new Set(['DONE', 'NOTHING_TO_DO', 'CONFLICT', 'FAILED', 'PULL_REQUEST_ABANDONED']);

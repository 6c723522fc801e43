/** Many syncs through all endings, chosen by a seed, while faults hit every kind of request. */
import { pause } from '../../src/lib/pause.ts';
import type { RequestFault } from '../../src/sandbox/azure-devops/faults/request-fault.ts';
import { seededRandom } from '../../src/sandbox/azure-devops/faults/seeded-random.ts';
import { get } from './client.ts';
import { cancelSync, decide, readTenant, startSync } from './journey.ts';
import type { Stack } from './stack.ts';

export const ENDINGS = [
  'approve',
  'reject',
  'revert',
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

/** Together more than 5 % of each kind of request. */
export const FAULTS: readonly RequestFault[] = [
  { kind: 'unauthorized', rate: 0.004 },
  { kind: 'sign_in_page', rate: 0.004 },
  { kind: 'throttled', rate: 0.002, seconds: 1 },
  { kind: 'delayed', rate: 0.004, ms: 200, seconds: 0 },
  { kind: 'bad_gateway', rate: 0.01 },
  { kind: 'unavailable', rate: 0.01 },
  { kind: 'reset', rate: 0.015 },
  { kind: 'lost_reply', rate: 0.015 },
  { kind: 'stalled', rate: 0.004, ms: 300 },
  { kind: 'unknown_words', rate: 0.01 },
  { kind: 'no_timeline', rate: 0.02 },
  { kind: 'not_found', rate: 0.02 },
  { kind: 'no_attachments', rate: 0.02 },
  { kind: 'stale_push', rate: 0.05 },
];

export function switchOnRandomFaults(stack: Stack, seed: number): void {
  for (const [index, fault] of FAULTS.entries())
    stack.sandbox.control.switchOn({ ...fault, seed: seed + index });
}

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
      if (await this.#hasEnded(last)) return last.outcome ?? '';
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
    return this.#ending !== 'revert' || !this.#done.has('decide') || ENDED_REVERTS.has(revert?.status ?? '');
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

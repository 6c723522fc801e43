import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AzureDevOpsWorld,
  AzureDevOpsWorldOptions,
  Behaviour,
  Route,
  SandboxRun,
  TenantBlueprint,
  TenantKey,
} from '../contract.ts';
import { FaultBoard } from './faults/fault-board.ts';
import { HookSender, type HookManners } from './faults/hook-sender.ts';
import {
  deferGate,
  expireGate,
  permitPipeline,
  previewAgain,
  removeRun,
  setGates,
  stopBySystem,
  type SystemStop,
} from './faults/odd-runs.ts';
import { GitStore, type GitRepository } from './git/git-store.ts';
import { readTextFile, readTextFiles } from './git/read-files.ts';
import { gitPath } from './git/tree.ts';
import { createRoute, type Interceptor } from './http/front-door.ts';
import type { AzureRequest } from './http/request.ts';
import { AZURE_DEVOPS, personNamed } from './identity.ts';
import { openLedger, type LedgerEntry } from './ledger.ts';
import { layHooks, type HookTarget } from './lay-hooks.ts';
import { layMissingConnections, layTenant } from './lay-tenant.ts';
import { openOidcIssuer } from './oidc-issuer.ts';
import { editBranch } from './edit-branch.ts';
import type { PullRequest } from './model.ts';
import { deny, type Deniable, removeIdentity } from './permissions.ts';
import { type NewNames, renameParts } from './rename.ts';
import { publicRoutes, routes } from './routes/all-routes.ts';
import { completeAsReviewer } from './routes/merge-pull-request.ts';
import { AgentPool } from './runs/agents.ts';
import { cancelBuild, retryBuild } from './runs/change-build.ts';
import { decideApproval } from './runs/decide-approval.ts';
import { queueBuild } from './runs/queue-build.ts';
import { sandboxRunOf } from './runs/run.ts';
import { openStateFiles } from './state-files.ts';
import { WakeUp } from './wake-up.ts';
import { buildOf, tenantOf, worldChanged, type World, type WorldWithoutAgents } from './world.ts';

/** Opens the world that lies in the data folder, or an empty one, and takes up its open runs. */
export async function createAzureDevOpsWorld(
  options: AzureDevOpsWorldOptions,
): Promise<SimulatedAzureDevOps> {
  await mkdir(options.dataFolder, { recursive: true });
  const files = await openStateFiles(options.dataFolder);
  layMissingConnections(files.state);
  const base: WorldWithoutAgents = {
    options,
    state: files.state,
    builds: files.builds,
    files,
    git: new GitStore(join(options.dataFolder, 'git')),
    ledger: await openLedger(options.dataFolder),
    oidc: await openOidcIssuer(options.dataFolder),
    wakeUp: new WakeUp(),
    hooks: new HookSender(files.state),
  };
  const agents = new AgentPool(base);
  const world = new SimulatedAzureDevOps({ ...base, agents });
  agents.resume();
  return world;
}

/** The simulated Azure DevOps, and beyond the contract what judges and scripted faults need. */
export class SimulatedAzureDevOps implements AzureDevOpsWorld {
  readonly route: Route;
  /** Faults of single requests. */
  readonly faults = new FaultBoard();
  readonly #world: World;
  #interceptor: Interceptor = (_request, next) => next();

  constructor(world: World) {
    this.#world = world;
    this.route = createRoute(world, {
      routes,
      publicRoutes,
      interceptor: () => (request, next) =>
        isJobsOwn(world, request)
          ? next()
          : this.faults.answer(request, () => this.#interceptor(request, next)),
    });
  }

  /** Puts a fault, or anything else, between every request and its answer. */
  intercept(interceptor: Interceptor): void {
    this.#interceptor = interceptor;
  }

  /** What really happened, oldest first. */
  ledger(): readonly LedgerEntry[] {
    return this.#world.ledger.entries();
  }

  /** A protected branch takes pull requests only; the pipeline itself is let through. */
  protectBranch(key: TenantKey, branch: string, isProtected: boolean): void {
    const { repositoryId } = tenantOf(this.#world, key);
    const row = this.#world.state.repositories.find(({ id }) => id === repositoryId);
    if (!row) return;
    const others = row.protectedBranches.filter((name) => name !== branch);
    row.protectedBranches = isProtected ? [...others, branch] : others;
    worldChanged(this.#world);
  }

  /** Ids of the open pull requests, oldest first. */
  openPullRequests(key: TenantKey): number[] {
    return this.#openRequests(key).map(({ id }) => id);
  }

  /** Completes a pull request as a reviewer in the portal would. */
  async completePullRequest(key: TenantKey, id: number, by: string): Promise<void> {
    const row = this.#openRequests(key).find((candidate) => candidate.id === id);
    if (!row) throw new Error(`${key.repository} has no open pull request ${id}.`);
    await completeAsReviewer(this.#world, row, personNamed(by));
  }

  #openRequests(key: TenantKey): PullRequest[] {
    const { repositoryId } = tenantOf(this.#world, key);
    return this.#world.state.pullRequests.filter(
      (row) => row.repositoryId === repositoryId && row.status === 'active',
    );
  }

  stopBySystem(buildId: number, why: SystemStop): Promise<void> {
    return inTurn(() => stopBySystem(this.#world, buildOf(this.#world, buildId), why));
  }

  /** Removes a run, an open one too. */
  removeRun(buildId: number): Promise<void> {
    return inTurn(() => removeRun(this.#world, buildOf(this.#world, buildId)));
  }

  expireGate(buildId: number): Promise<void> {
    return inTurn(() => expireGate(this.#world, buildOf(this.#world, buildId)));
  }

  /** Resolves when that preview has ended. */
  async previewAgain(buildId: number): Promise<void> {
    await previewAgain(this.#world, buildOf(this.#world, buildId));
  }

  deferGate(buildId: number, by: string): Promise<void> {
    return inTurn(() => deferGate(this.#world, buildOf(this.#world, buildId), by));
  }

  permitPipeline(key: TenantKey, isPermitted: boolean): void {
    permitPipeline(this.#world, tenantOf(this.#world, key), isPermitted);
  }

  /** Takes a right from every application, or gives it back. */
  deny(key: TenantKey, right: Deniable, isDenied: boolean): void {
    deny(this.#world, tenantOf(this.#world, key), { right, isDenied });
  }

  /** Somebody leaves the organisation, or a group is deleted. */
  removeIdentity(displayName: string): void {
    removeIdentity(this.#world, displayName);
  }

  setGates(key: TenantKey, count: number): void {
    setGates(this.#world, tenantOf(this.#world, key), count);
  }

  rename(key: TenantKey, names: NewNames): void {
    renameParts(this.#world, tenantOf(this.#world, key), names);
  }

  /** Tells the target of everything that happens in the projects that are there now. */
  addHooks(target: HookTarget): void {
    layHooks(this.#world, target);
  }

  setHookManners(manners: Partial<HookManners>): HookManners {
    return this.#world.hooks.behave(manners);
  }

  /** Notifications that a subscriber took. */
  hooksSent(): number {
    return this.#world.hooks.sent;
  }

  addTenant(blueprint: TenantBlueprint): Promise<void> {
    return layTenant(this.#world, blueprint);
  }

  tenants(): TenantKey[] {
    return this.#world.state.tenants.map(({ key }) => key);
  }

  runs(key?: TenantKey): SandboxRun[] {
    const definitionId = key && tenantOf(this.#world, key).definitionId;
    return [...this.#world.builds.values()]
      .filter(
        (build) => !build.isDeleted && (definitionId === undefined || build.definitionId === definitionId),
      )
      .reverse()
      .map((build) => sandboxRunOf(this.#world, build));
  }

  async runSchedule(key: TenantKey): Promise<number> {
    const { definitionId } = tenantOf(this.#world, key);
    const definition = this.#world.state.definitions.find(({ id }) => id === definitionId);
    if (!definition) throw new Error(`Pipeline ${definitionId} of ${key.repository} is not in the sandbox.`);
    const request = {
      definition,
      reason: 'schedule',
      requestedBy: AZURE_DEVOPS,
      templateParameters: {},
    } as const;
    return (await queueBuild(this.#world, request)).id;
  }

  cancel(buildId: number, as: string): Promise<void> {
    return inTurn(() => cancelBuild(this.#world, buildOf(this.#world, buildId), personNamed(as)));
  }

  retry(buildId: number, as: string): Promise<void> {
    return inTurn(() => retryBuild(this.#world, buildOf(this.#world, buildId), personNamed(as)));
  }

  decideInPortal(
    buildId: number,
    verdict: 'approved' | 'rejected',
    by: string,
    comment: string,
  ): Promise<void> {
    return inTurn(() => {
      const build = buildOf(this.#world, buildId);
      const approval = build.approvals.find(({ status }) => status === 'pending' || status === 'deferred');
      if (!approval) throw new Error(`Run ${buildId} waits for no approval.`);
      decideApproval(this.#world, { build, approval }, { verdict, by: personNamed(by), comment });
    });
  }

  setBehaviour(key: TenantKey, behaviour: Behaviour): void {
    tenantOf(this.#world, key).behaviour = behaviour;
    worldChanged(this.#world);
  }

  behaviourOf(key: TenantKey): Behaviour {
    return tenantOf(this.#world, key).behaviour;
  }

  async editFile(key: TenantKey, path: string, content: string | null, message: string): Promise<string> {
    const edits = new Map([[gitPath(path), content === null ? null : Buffer.from(content)]]);
    const commit = await editBranch(this.#world, tenantOf(this.#world, key), { message, edits });
    this.#world.wakeUp.ring();
    return commit;
  }

  async readFile(key: TenantKey, branch: string, path: string): Promise<string | null> {
    const git = this.#repository(key);
    const head = await git.head(branch);
    return head === null ? null : readTextFile(git, head, path);
  }

  async readFiles(key: TenantKey, branch: string): Promise<Map<string, string>> {
    const git = this.#repository(key);
    const head = await git.head(branch);
    return head === null ? new Map<string, string>() : readTextFiles(git, head);
  }

  #repository(key: TenantKey): GitRepository {
    return this.#world.git.repository(tenantOf(this.#world, key).repositoryId);
  }

  /** Runs that are open stay open, and go on when the world is opened again. */
  async stop(): Promise<void> {
    this.#world.hooks.stop();
    await this.#world.agents.stop();
    await this.#world.files.flush();
    await this.#world.ledger.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Jobs work undisturbed: faults are for the requests of the product, and for the tokens that jobs prove themselves by. */
function isJobsOwn({ agents }: World, request: AzureRequest): boolean {
  const token = /^Bearer (.+)$/.exec(request.header('authorization') ?? '')?.[1] ?? '';
  return agents.jobOfToken(token) !== null && request.segments.at(-1) !== 'oidctoken';
}

/** A refusal rejects the promise; it is never thrown at once. */
async function inTurn(change: () => void): Promise<void> {
  await Promise.resolve().then(change);
}

/** What every part of the simulated Azure DevOps works on. */
import type { SyncStage } from '../../pipeline/contract.ts';
import type { AzureDevOpsWorldOptions, TenantKey } from '../contract.ts';
import type { Build } from './build.ts';
import type { HookSender } from './faults/hook-sender.ts';
import type { GitStore } from './git/git-store.ts';
import type { Identity } from './identity.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import type { Definition, Project, Tenant, WorldState } from './model.ts';
import type { OidcIssuer } from './oidc-issuer.ts';
import type { StateFiles } from './state-files.ts';
import type { WakeUp } from './wake-up.ts';

export const ROUTE_PREFIX = '/azure-devops';

/** A job that an agent is working on. */
export type RunningJob = { build: Build; jobId: string; token: string; identity: Identity };

/** The agents: one for each open run. */
export type Agents = {
  start(build: Build): void;
  /** One stage of an open run, beside whatever its agent does. */
  runBeside(build: Build, stage: SyncStage): Promise<void>;
  /** Tells the run's agent that it is to stop. */
  cancel(build: Build): void;
  jobOfToken(token: string): RunningJob | null;
  stop(): Promise<void>;
};

export type WorldWithoutAgents = {
  options: AzureDevOpsWorldOptions;
  state: WorldState;
  builds: Map<number, Build>;
  files: StateFiles;
  git: GitStore;
  ledger: Ledger;
  oidc: OidcIssuer;
  wakeUp: WakeUp;
  hooks: HookSender;
};
export type World = WorldWithoutAgents & { agents: Agents };

export const nowOf = (world: WorldWithoutAgents): string => world.options.clock.now().toISOString();

/** Remembers a change of anything but a build. */
export function worldChanged(world: WorldWithoutAgents): void {
  world.files.changed();
  world.wakeUp.ring();
}

/** Remembers a change of a build; its `lastChangedDate` is never the same twice. */
export function buildChanged(world: WorldWithoutAgents, build: Build, by?: Identity): void {
  const at = Math.max(world.options.clock.now().getTime(), Date.parse(build.lastChangedDate) + 1);
  build.lastChangedDate = new Date(at).toISOString();
  if (by) build.lastChangedBy = by;
  world.files.buildChanged(build);
  world.wakeUp.ring();
}

export function nextNumber(world: WorldWithoutAgents, counter: keyof WorldState['counters']): number {
  world.state.counters[counter] += 1;
  world.files.changed();
  return world.state.counters[counter];
}

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

export function findProject(
  world: WorldWithoutAgents,
  organization: string,
  nameOrId: string,
): Project | null {
  return (
    world.state.projects.find(
      (project) =>
        same(project.organization, organization) &&
        (same(project.name, nameOrId) || same(project.id, nameOrId)),
    ) ?? null
  );
}

export function findTenant(world: WorldWithoutAgents, key: TenantKey): Tenant | null {
  return (
    world.state.tenants.find(
      (tenant) =>
        same(tenant.key.organization, key.organization) &&
        same(tenant.key.project, key.project) &&
        same(tenant.key.repository, key.repository),
    ) ?? null
  );
}

export function tenantOf(world: WorldWithoutAgents, key: TenantKey): Tenant {
  const tenant = findTenant(world, key);
  if (tenant) return tenant;
  throw new Error(
    `There is no tenant ${key.organization}/${key.project}/${key.repository} in the sandbox: add it first.`,
  );
}

export function tenantOfBuild(world: WorldWithoutAgents, build: Build): Tenant {
  const tenant = world.state.tenants.find(({ definitionId }) => definitionId === build.definitionId);
  if (tenant) return tenant;
  throw new Error(
    `Run ${build.id} belongs to pipeline ${build.definitionId}, which no tenant of the sandbox has.`,
  );
}

export function definitionOfBuild(world: WorldWithoutAgents, build: Build): Definition {
  const definition = world.state.definitions.find(({ id }) => id === build.definitionId);
  if (definition) return definition;
  throw new Error(`Run ${build.id} belongs to pipeline ${build.definitionId}, which is not in the sandbox.`);
}

export function buildOf(world: WorldWithoutAgents, buildId: number): Build {
  const build = world.builds.get(buildId);
  if (build && !build.isDeleted) return build;
  throw new Error(`There is no run ${buildId} in the sandbox.`);
}

export function record(
  world: WorldWithoutAgents,
  build: Build,
  kind: LedgerEntry['kind'],
  details: LedgerEntry['details'] = {},
): void {
  const { key } = tenantOfBuild(world, build);
  const entry = { at: nowOf(world), kind, key, buildId: build.id, details };
  world.ledger.add(entry);
  world.hooks.tell(entry);
}

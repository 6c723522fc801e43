import type { Logger } from '../../lib/logger.ts';
import type {
  AzureDevOpsWorld,
  Behaviour,
  RunPhase,
  SandboxClock,
  SandboxRun,
  TenantKey,
} from '../contract.ts';
import type { Entra } from '../entra/entra.ts';
import { nameOf, type Registry, type RegisteredTenant } from '../registry.ts';
import type { SimulatedTenants } from '../tenants/simulated-tenants.ts';
import type { Role } from '../tenants/tenant-plan.ts';

export type TheatreParts = {
  world: AzureDevOpsWorld;
  entra: Entra;
  tenants: SimulatedTenants;
  registry: Registry;
  clock: SandboxClock;
  logger: Logger;
};

/** Sandbox milliseconds. A run that ends at once (the API is not up yet) must not be started in a tight loop. */
const REST_AT_LEAST_MS = 20_000;

/** What scenarios look at and act on. They decide anew at every look, so a restart or a user's hand only delays them. */
export class Theatre {
  readonly parts: TheatreParts;
  readonly #startedAt = new Map<string, number>();

  constructor(parts: TheatreParts) {
    this.parts = parts;
  }

  cast(role: Role): RegisteredTenant[] {
    return this.parts.registry.list().filter((tenant) => tenant.role === role);
  }

  newestRun(tenant: TenantKey): SandboxRun | null {
    return this.parts.world.runs(tenant)[0] ?? null;
  }

  /** The phase of the newest run; null when there was none. */
  phaseOf(tenant: TenantKey): RunPhase | null {
    return this.newestRun(tenant)?.phase ?? null;
  }

  isOpen(tenant: TenantKey): boolean {
    const phase = this.phaseOf(tenant);
    return phase !== null && phase !== 'FINISHED';
  }

  /** Sandbox milliseconds since the newest run came into its present phase; endless when there was none. */
  sincePhaseMs(tenant: TenantKey): number {
    const run = this.newestRun(tenant);
    const { clock } = this.parts;
    return run ? (clock.now().getTime() - run.since.getTime()) * clock.timeScale : Infinity;
  }

  /** Nothing runs, and nothing was started by a scenario just now. */
  isFree(tenant: TenantKey): boolean {
    const { clock } = this.parts;
    const startedAt = this.#startedAt.get(nameOf(tenant));
    const rest = startedAt === undefined ? Infinity : (clock.now().getTime() - startedAt) * clock.timeScale;
    return !this.isOpen(tenant) && rest >= REST_AT_LEAST_MS;
  }

  /** The free one that was longest without a run. */
  longestFree(tenants: readonly RegisteredTenant[]): RegisteredTenant | null {
    const free = tenants.filter((tenant) => this.isFree(tenant));
    return free.sort((a, b) => this.sincePhaseMs(b) - this.sincePhaseMs(a))[0] ?? null;
  }

  async start(tenant: RegisteredTenant, behaviour?: Behaviour): Promise<void> {
    const { world, clock, logger } = this.parts;
    this.#startedAt.set(nameOf(tenant), clock.now().getTime());
    if (behaviour) world.setBehaviour(tenant, behaviour);
    const buildId = await world.runSchedule(tenant);
    logger.debug('A scenario started a run.', { tenant: tenant.repository, role: tenant.role, buildId });
  }
}

export type Scenario = (theatre: Theatre) => Promise<void>;

import { join } from 'node:path';
import { parseProperties, readPath } from '../pipeline/configuration-file.ts';
import { DESIRED_BRANCH, type TenantAuthentication } from '../pipeline/contract.ts';
import { desiredFiles } from '../pipeline/inheritance.ts';
import type { ConfigurationObject } from '../pipeline/stage.ts';
import type { AzureDevOpsWorld, TenantBlueprint, TenantKey } from './contract.ts';
import type { Entra } from './entra/entra.ts';
import { openSavedState } from './saved-state.ts';
import type { SimulatedTenants } from './tenants/simulated-tenants.ts';
import type { FleetTenant, Role } from './tenants/tenant-plan.ts';

/** A tenant as the whole sandbox knows it: its place in Azure DevOps, its directory, its part in the scenarios. */
export type RegisteredTenant = TenantKey & {
  directoryId: string;
  displayName: string;
  authentication: TenantAuthentication;
  role: Role;
  /** The repository from which it takes what it does not override; null: it takes nothing. */
  inheritsFrom: string | null;
};

export type Registry = {
  /** Ordered by name. */
  list(): readonly RegisteredTenant[];
  /** By repository name, `organization/project/repository`, or directory id; null when none or several fit. */
  find(reference: string): RegisteredTenant | null;
  /** Lays the tenant into Azure DevOps, Entra and Microsoft 365. Does nothing where it exists already. */
  onboard(tenant: FleetTenant): Promise<RegisteredTenant>;
  flush(): Promise<void>;
};

export type RegistryParts = { world: AzureDevOpsWorld; entra: Entra; tenants: SimulatedTenants };

export async function openRegistry(dataFolder: string, parts: RegistryParts): Promise<Registry> {
  const saved = await openSavedState<{ tenants: RegisteredTenant[] }>(join(dataFolder, 'registry.json'), {
    tenants: [],
  });
  const list = () => saved.value.tenants.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return {
    list,
    find(reference) {
      const fitting = list().filter((tenant) =>
        [tenant.repository, nameOf(tenant), tenant.directoryId].includes(reference),
      );
      return fitting.length === 1 ? (fitting[0] ?? null) : null;
    },
    async onboard({ blueprint, role }) {
      const known = list().find((tenant) => nameOf(tenant) === nameOf(blueprint));
      await lay(blueprint, parts);
      if (known) return known;
      const { organization, project, repository, directoryId, displayName, authentication } = blueprint;
      const inheritsFrom = blueprint.takesBaseline ? blueprint.baseline : null;
      const identity = { organization, project, repository, directoryId, displayName, authentication };
      const tenant = { ...identity, role, inheritsFrom };
      saved.value.tenants.push(tenant);
      saved.changed();
      return tenant;
    },
    flush: () => saved.flush(),
  };
}

export const nameOf = ({ organization, project, repository }: TenantKey) =>
  `${organization}/${project}/${repository}`;

// Entra and the tenant come first: a pipeline that exists may be started at once.
async function lay(blueprint: TenantBlueprint, { world, entra, tenants }: RegistryParts): Promise<void> {
  const { directoryId, displayName, domain, authentication } = blueprint;
  entra.addDirectory({
    directoryId,
    displayName,
    domain,
    allowsApplication: authentication === 'application',
  });
  const inherited = blueprint.takesBaseline ? await inheritedBy(blueprint, world) : blueprint.files;
  tenants.add({ directoryId, displayName, domain, objects: objectsOf(inherited) });
  const isThere = world.tenants().some((key) => nameOf(key) === nameOf(blueprint));
  if (!isThere) await world.addTenant(blueprint);
}

/** Its own files, and those of its baseline. */
async function inheritedBy(blueprint: TenantBlueprint, world: AzureDevOpsWorld) {
  const { organization, project, baseline: repository, displayName, domain, directoryId } = blueprint;
  const baseline =
    repository === null
      ? new Map<string, string>()
      : await world.readFiles({ organization, project, repository }, DESIRED_BRANCH);
  const variables = { TenantDomainName: domain, TenantDisplayName: displayName, TenantId: directoryId };
  return desiredFiles(blueprint.files, { baseline, variables });
}

/** A tenant begins with exactly what its repository begins with. */
function objectsOf(files: ReadonlyMap<string, string>): ConfigurationObject[] {
  return [...files].flatMap(([path, content]) => {
    const name = readPath(path);
    return name ? [{ ...name, properties: parseProperties(path, content) }] : [];
  });
}

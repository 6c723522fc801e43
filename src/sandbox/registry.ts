import { join } from 'node:path';
import { parseProperties, readPath } from '../pipeline/configuration-file.ts';
import type { TenantAuthentication } from '../pipeline/contract.ts';
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
      const tenant = { organization, project, repository, directoryId, displayName, authentication, role };
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
  tenants.add({ directoryId, displayName, domain, objects: objectsOf(blueprint.files) });
  const isThere = world.tenants().some((key) => nameOf(key) === nameOf(blueprint));
  if (!isThere) await world.addTenant(blueprint);
}

/** A tenant begins with exactly what its repository begins with. */
function objectsOf(files: ReadonlyMap<string, string>): ConfigurationObject[] {
  return [...files].flatMap(([path, content]) => {
    const name = readPath(path);
    return name ? [{ ...name, properties: parseProperties(path, content) }] : [];
  });
}

import type { Tenant } from './model.ts';
import { worldChanged, type World } from './world.ts';

export type NewNames = {
  repository?: string | undefined;
  pipeline?: string | undefined;
  environment?: string | undefined;
};

/** Gives parts of a tenant other names, as somebody in the portal would; the ids stay, and so does the connection. */
export function renameParts(world: World, tenant: Tenant, names: NewNames): void {
  const { repositories, definitions, environments } = world.state;
  const repository = repositories.find(({ id }) => id === tenant.repositoryId);
  const definition = definitions.find(({ id }) => id === tenant.definitionId);
  const environment = environments.find(({ id }) => id === tenant.environmentId);
  if (repository && names.repository) repository.name = names.repository;
  if (definition && names.pipeline) definition.name = names.pipeline;
  if (environment && names.environment) environment.name = names.environment;
  worldChanged(world);
}

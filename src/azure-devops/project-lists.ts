/** What a project holds: the lists among which its tenants are found. */
import { z } from 'zod';
import { DEFAULT_NAMES } from '../pipeline/contract.ts';
import { route } from './ask.ts';
import type { KnownPlace } from './port.ts';
import { inProject, type ProjectConnection } from './project-connection.ts';

const wireRepository = z.object({
  id: z.string(),
  name: z.string(),
  isDisabled: z.boolean().nullish(),
  project: z.object({ id: z.string() }),
});
const wireDefinition = z.object({
  id: z.number(),
  name: z.string(),
  path: z.string().nullish(),
  queueStatus: z.string().nullish(),
  repository: z.object({ id: z.string().nullish() }).nullish(),
  process: z.object({ yamlFilename: z.string().nullish() }).nullish(),
});
const wireEnvironment = z.object({ id: z.number(), name: z.string() });

export type WireRepository = z.infer<typeof wireRepository>;
export type WireDefinition = z.infer<typeof wireDefinition>;
export type WireEnvironment = z.infer<typeof wireEnvironment>;

/**
 * The one that it had, whatever it is called by now; else by name, and among pipelines of that name in several folders
 * the one that belongs to the repository.
 */
export function pipelineOf(
  repository: Pick<WireRepository, 'id' | 'name'>,
  definitions: WireDefinition[],
  place?: KnownPlace,
): WireDefinition | undefined {
  const known = definitions.find(({ id }) => id === place?.pipelineId);
  if (known?.repository?.id === repository.id) return known;
  const name = DEFAULT_NAMES.pipelineOf(repository.name);
  const candidates = definitions.filter((definition) => definition.name === name);
  return candidates.find((definition) => definition.repository?.id === repository.id) ?? candidates[0];
}

export function environmentOf(
  repository: Pick<WireRepository, 'name'>,
  environments: WireEnvironment[],
  place?: KnownPlace,
): WireEnvironment | null {
  const name = DEFAULT_NAMES.environmentOf(repository.name);
  return (
    environments.find(({ id }) => id === place?.environmentId) ??
    environments.find((environment) => environment.name === name) ??
    null
  );
}

export async function listRepositories(connection: ProjectConnection): Promise<WireRepository[]> {
  const what = `list the repositories ${inProject(connection)}`;
  const path = route`${connection.project}/_apis/git/repositories`;
  return (await connection.http.list({ what, path }, wireRepository)).items;
}

export async function listDefinitions(connection: ProjectConnection): Promise<WireDefinition[]> {
  const what = `list the pipelines ${inProject(connection)}`;
  const path = route`${connection.project}/_apis/build/definitions`;
  const query = { includeAllProperties: true, queryOrder: 'definitionNameAscending', $top: 1000 };
  return (await connection.http.list({ what, path, query }, wireDefinition)).items;
}

export async function listEnvironments(connection: ProjectConnection): Promise<WireEnvironment[]> {
  const what = `list the environments ${inProject(connection)}`;
  const path = route`${connection.project}/_apis/distributedtask/environments`;
  return (await connection.http.list({ what, path, query: { $top: 1000 } }, wireEnvironment)).items;
}

import { z } from 'zod';
import { DEFAULT_NAMES, DESIRED_BRANCH } from '../pipeline/contract.ts';
import { route } from './ask.ts';
import { AzureDevOpsError } from './azure-devops-error.ts';
import { readConnectionData } from './connection-data.ts';
import { readGate } from './gates.ts';
import { createLimit } from './limit.ts';
import type { DiscoveredTenant, KnownPlace } from './port.ts';
import { inProject, type ProjectConnection } from './project-connection.ts';
import { listItems, readBlob, withoutSlash, type RepositoryConnection } from './repositories.ts';
import { readBaseline, readSchedules, readTenantFile } from './tenant-files.ts';

const wireRepository = z.object({
  id: z.string(),
  name: z.string(),
  isDisabled: z.boolean().nullish(),
  project: z.object({ id: z.string() }),
});
const wireDefinition = z.object({
  id: z.number(),
  name: z.string(),
  repository: z.object({ id: z.string().nullish() }).nullish(),
  process: z.object({ yamlFilename: z.string().nullish() }).nullish(),
});
const wireEnvironment = z.object({ id: z.number(), name: z.string() });

type WireRepository = z.infer<typeof wireRepository>;
type WireDefinition = z.infer<typeof wireDefinition>;

/** Blobs by id: contents never change, so a file is fetched again only when somebody changed it. */
export type BlobCache = Map<string, string>;

/**
 * Four calls for the project, and for each tenant two more, plus one for each file that changed since the last time.
 * `places`: where tenants were found before.
 */
export async function discoverTenants(
  connection: ProjectConnection,
  { blobs, places }: { blobs: BlobCache; places: readonly KnownPlace[] },
): Promise<DiscoveredTenant[]> {
  const [repositories, definitions, environments, { identityId: serviceId }] = await Promise.all([
    listRepositories(connection),
    listDefinitions(connection),
    listEnvironments(connection),
    readConnectionData(connection.http),
  ]);
  const limit = createLimit(6);
  const tenants = await Promise.all(
    repositories.map(async (repository) => {
      const place = places.find(({ repositoryId }) => repositoryId === repository.id);
      const definition = pipelineOf(repository, definitions, place);
      if (!definition || repository.isDisabled) return null;
      const environmentId = environmentOf(repository, environments, place);
      return limit(() =>
        describeTenant(connection, { repository, definition, environmentId, blobs, serviceId }),
      );
    }),
  );
  return tenants.filter((tenant) => tenant !== null);
}

async function describeTenant(
  connection: ProjectConnection,
  found: {
    repository: WireRepository;
    definition: WireDefinition;
    environmentId: number | null;
    blobs: BlobCache;
    serviceId: string | null;
  },
): Promise<DiscoveredTenant> {
  const { repository, definition, environmentId } = found;
  const { organizationUrl, project } = connection;
  const pipelineFile = withoutSlash(definition.process?.yamlFilename ?? DEFAULT_NAMES.pipelineFile);
  const [gate, files] = await Promise.all([
    environmentId === null ? null : readGate(connection, environmentId, found.serviceId),
    readRootFiles({ ...connection, repositoryId: repository.id }, found.blobs, [
      withoutSlash(DEFAULT_NAMES.tenantFile),
      '.gitmodules',
      pipelineFile,
    ]),
  ]);
  const [tenantFile, modules, pipeline] = files;
  return {
    projectId: repository.project.id,
    repositoryId: repository.id,
    repositoryUrl: `${organizationUrl}/${route`${project}/_git/${repository.name}`}`,
    name: repository.name,
    pipelineId: definition.id,
    environmentId,
    gate,
    file: tenantFile ? readTenantFile(tenantFile) : null,
    baselineRepository: modules ? readBaseline(modules) : null,
    schedules: pipeline ? readSchedules(pipeline) : [],
  };
}

/** The texts of these files on the desired branch, null for each that is not there. */
async function readRootFiles(
  repository: RepositoryConnection,
  blobs: BlobCache,
  paths: string[],
): Promise<(string | null)[]> {
  const recursionLevel = paths.some((path) => path.includes('/')) ? 'full' : 'oneLevel';
  const files = await listItemsOrNone(repository, recursionLevel);
  return Promise.all(
    paths.map(async (path) => {
      const id = files.get(path);
      if (!id) return null;
      const text = blobs.get(id) ?? (await readBlob(repository, id)).toString('utf8');
      blobs.set(id, text);
      return text;
    }),
  );
}

/** An empty repository has no branch; that must not hide all the other tenants. */
async function listItemsOrNone(repository: RepositoryConnection, recursionLevel: 'full' | 'oneLevel') {
  try {
    return await listItems(repository, { versionType: 'branch', version: DESIRED_BRANCH, recursionLevel });
  } catch (error) {
    if (error instanceof AzureDevOpsError && error.statusCode === 404) return new Map<string, string>();
    throw error;
  }
}

/**
 * The one that it had, whatever it is called by now; else by name, and among pipelines of that name in several folders
 * the one that belongs to the repository.
 */
function pipelineOf(
  repository: WireRepository,
  definitions: WireDefinition[],
  place: KnownPlace | undefined,
): WireDefinition | undefined {
  const known = definitions.find(({ id }) => id === place?.pipelineId);
  if (known?.repository?.id === repository.id) return known;
  const name = DEFAULT_NAMES.pipelineOf(repository.name);
  const candidates = definitions.filter((definition) => definition.name === name);
  return candidates.find((definition) => definition.repository?.id === repository.id) ?? candidates[0];
}

function environmentOf(
  repository: WireRepository,
  environments: z.infer<typeof wireEnvironment>[],
  place: KnownPlace | undefined,
): number | null {
  const name = DEFAULT_NAMES.environmentOf(repository.name);
  const found =
    environments.find(({ id }) => id === place?.environmentId) ??
    environments.find((environment) => environment.name === name);
  return found?.id ?? null;
}

async function listRepositories(connection: ProjectConnection): Promise<WireRepository[]> {
  const what = `list the repositories ${inProject(connection)}`;
  const path = route`${connection.project}/_apis/git/repositories`;
  return (await connection.http.list({ what, path }, wireRepository)).items;
}

async function listDefinitions(connection: ProjectConnection): Promise<WireDefinition[]> {
  const what = `list the pipelines ${inProject(connection)}`;
  const path = route`${connection.project}/_apis/build/definitions`;
  const query = { includeAllProperties: true, queryOrder: 'definitionNameAscending', $top: 1000 };
  return (await connection.http.list({ what, path, query }, wireDefinition)).items;
}

async function listEnvironments(connection: ProjectConnection) {
  const what = `list the environments ${inProject(connection)}`;
  const path = route`${connection.project}/_apis/distributedtask/environments`;
  return (await connection.http.list({ what, path, query: { $top: 1000 } }, wireEnvironment)).items;
}

import { DEFAULT_NAMES, DESIRED_BRANCH } from '../pipeline/contract.ts';
import { route } from './ask.ts';
import { AzureDevOpsError } from './azure-devops-error.ts';
import { readConnectionData } from './connection-data.ts';
import { readGate } from './gates.ts';
import { createLimit } from './limit.ts';
import type { DiscoveredTenant, KnownPlace } from './port.ts';
import type { ProjectConnection } from './project-connection.ts';
import {
  environmentOf,
  listDefinitions,
  listEnvironments,
  listRepositories,
  pipelineOf,
  type WireDefinition,
  type WireRepository,
} from './project-lists.ts';
import { listItems, readBlob, withoutSlash, type RepositoryConnection } from './repositories.ts';
import { readBaseline, readSchedules, readTenantFile } from './tenant-files.ts';

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
      const environmentId = environmentOf(repository, environments, place)?.id ?? null;
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
export async function listItemsOrNone(repository: RepositoryConnection, recursionLevel: 'full' | 'oneLevel') {
  try {
    return await listItems(repository, { versionType: 'branch', version: DESIRED_BRANCH, recursionLevel });
  } catch (error) {
    if (error instanceof AzureDevOpsError && error.statusCode === 404) return new Map<string, string>();
    throw error;
  }
}

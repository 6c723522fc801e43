import { createLimit } from '../azure-devops/limit.ts';
import { pipelineOf, type WireDefinition, type WireRepository } from '../azure-devops/project-lists.ts';
import { listItemsOrNone } from '../azure-devops/discover-tenants.ts';
import { readBlob, type RepositoryConnection, withoutSlash } from '../azure-devops/repositories.ts';
import { readTenantFile } from '../azure-devops/tenant-files.ts';
import { DEFAULT_NAMES, type TenantFile } from '../pipeline/contract.ts';
import type { Project } from './project-facts.ts';

export type Tenant = {
  project: Project;
  name: string;
  repository: RepositoryConnection;
  pipeline: WireDefinition | null;
  /** The pipeline's YAML, where the pipeline says that it lies, or where it would. */
  yamlPath: string;
  yaml: string | null;
  /** null: there is none; `unreadable`: it is not what it should be. */
  file: TenantFile | 'unreadable' | null;
};

/** Every repository that has a pipeline of the right name, or says by its tenant file that it is a tenant's. */
export async function findTenants(project: Project): Promise<Tenant[]> {
  const [repositories, definitions] = await Promise.all([project.repositories(), project.definitions()]);
  const limit = createLimit(6);
  const found = await Promise.all(
    repositories
      .filter(({ isDisabled }) => !isDisabled)
      .map((repository) => limit(() => describe(project, repository, definitions))),
  );
  return found.filter(({ pipeline, file }) => pipeline !== null || file !== null);
}

async function describe(
  project: Project,
  { id, name }: WireRepository,
  definitions: WireDefinition[],
): Promise<Tenant> {
  const repository = { ...project.connection, repositoryId: id };
  const pipeline = pipelineOf({ id, name }, definitions) ?? renamed(id, definitions);
  const yamlPath = withoutSlash(pipeline?.process?.yamlFilename ?? DEFAULT_NAMES.pipelineFile);
  const files = await listItemsOrNone(repository, yamlPath.includes('/') ? 'full' : 'oneLevel');
  const read = async (path: string) => {
    const blob = files.get(withoutSlash(path));
    return blob === undefined ? null : (await readBlob(repository, blob)).toString('utf8');
  };
  const [yaml, tenantFile] = await Promise.all([read(yamlPath), read(DEFAULT_NAMES.tenantFile)]);
  const file = tenantFile === null ? null : (readTenantFile(tenantFile) ?? 'unreadable');
  return { project, name, repository, pipeline, yamlPath, yaml, file };
}

/** What was renamed is still the repository's only pipeline with that file. */
function renamed(repositoryId: string, definitions: WireDefinition[]): WireDefinition | null {
  const [only, ...others] = definitions.filter(
    ({ repository, process }) =>
      repository?.id === repositoryId &&
      withoutSlash(process?.yamlFilename ?? '') === withoutSlash(DEFAULT_NAMES.pipelineFile),
  );
  return only && others.length === 0 ? only : null;
}

/** Whether nothing is ever deployed to it, so that it needs no gate. */
export const isBackupOnly = ({ file }: Tenant) =>
  file !== null && file !== 'unreadable' && file.backupOnly === true;

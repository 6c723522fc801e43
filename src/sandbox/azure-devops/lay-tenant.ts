/** Lays a tenant into its project: repository, pipeline, environment, gate. */
import { DEFAULT_NAMES, DESIRED_BRANCH, type TenantFile } from '../../pipeline/contract.ts';
import { referencePipeline } from '../../pipeline/reference-pipeline.ts';
import type { TenantBlueprint } from '../contract.ts';
import { FILE_MODE, gitPath, SUBMODULE_MODE, type GitFile } from './git/tree.ts';
import { guidOf } from './guid.ts';
import { AZURE_DEVOPS, groupNamed, personNamed } from './identity.ts';
import type { Definition, Environment, Project, RepositoryRow, Tenant, WorldState } from './model.ts';
import { DEFAULT_TIMEOUT_MINUTES } from './routes/checks.ts';
import { remoteUrl } from './http/links.ts';
import { signatureOf } from './pushed.ts';
import {
  findProject,
  findTenant,
  nextNumber,
  nowOf,
  worldChanged,
  type WorldWithoutAgents,
} from './world.ts';

/** Does nothing when the tenant is there already: a restart finds its world as it was left. */
export async function layTenant(world: WorldWithoutAgents, blueprint: TenantBlueprint): Promise<void> {
  if (findTenant(world, blueprint)) return;
  const { organization, project: projectName, repository: name } = blueprint;
  const project =
    findProject(world, organization, projectName) ?? layProject(world, organization, projectName);
  const repository = await layRepository(world, project, blueprint);
  const definition = layDefinition(world, repository);
  const environment = layEnvironment(world, project, definition, name);
  if (blueprint.hasGate) layGate(world, environment, blueprint);
  const tenant: Tenant = {
    key: { organization, project: projectName, repository: name },
    projectId: project.id,
    repositoryId: repository.id,
    definitionId: definition.id,
    environmentId: environment.id,
    serviceConnectionId: guidOf('serviceConnection', organization, projectName, name),
    directoryId: blueprint.directoryId,
    backupOnly: blueprint.backupOnly,
    behaviour: {},
  };
  world.state.tenants.push(tenant);
  layConnection(world, tenant);
  worldChanged(world);
}

/** A world of an earlier version has none. */
export function layMissingConnections(state: WorldState): void {
  if (state.serviceConnections.length === 0)
    for (const tenant of state.tenants) layConnection({ state }, tenant);
}

function layConnection({ state }: Pick<WorldWithoutAgents, 'state'>, tenant: Tenant): void {
  const { serviceConnectionId: id, projectId, directoryId, definitionId, key } = tenant;
  state.serviceConnections.push({
    id,
    projectId,
    name: DEFAULT_NAMES.serviceConnectionOf(key.repository),
    directoryId,
    isReady: true,
    permittedDefinitionIds: [definitionId],
    isOpenToAll: false,
  });
}

function layProject(world: WorldWithoutAgents, organization: string, name: string): Project {
  const project: Project = {
    id: guidOf('project', organization, name),
    organization,
    name,
    createdAt: nowOf(world),
  };
  world.state.projects.push(project);
  return project;
}

async function layRepository(
  world: WorldWithoutAgents,
  project: Project,
  blueprint: TenantBlueprint,
): Promise<RepositoryRow> {
  const row: RepositoryRow = {
    id: guidOf('repository', project.id, blueprint.repository),
    projectId: project.id,
    name: blueprint.repository,
    protectedBranches: [],
  };
  world.state.repositories.push(row);
  const git = world.git.repository(row.id);
  await git.create();
  const files = new Map<string, GitFile>();
  const write = async ([path, text]: [string, string]) => {
    files.set(gitPath(path), { oid: await git.writeBlob(Buffer.from(text)), mode: FILE_MODE, type: 'blob' });
  };
  await Promise.all([...firstFiles(world, project, blueprint)].map(write));
  const baseline = await baselineHead(world, project, blueprint);
  if (baseline) files.set('Baseline', { oid: baseline, mode: SUBMODULE_MODE, type: 'commit' });
  const author = signatureOf(AZURE_DEVOPS, world);
  const message = `Set up ${blueprint.displayName}`;
  const commit = await git.writeCommit({
    tree: await git.writeFiles(files),
    parents: [],
    message,
    author,
    committer: author,
  });
  // A process that died half-way may have left the branch.
  await git.exclusively(async () => git.moveBranch(DESIRED_BRANCH, await git.head(DESIRED_BRANCH), commit));
  return row;
}

function firstFiles(
  world: WorldWithoutAgents,
  project: Project,
  blueprint: TenantBlueprint,
): Map<string, string> {
  const { displayName, domain, directoryId, backupOnly, authentication, repository, schedule } = blueprint;
  const tenantFile: TenantFile = { displayName, domain, directoryId, backupOnly, authentication };
  if (blueprint.baseline !== null && !blueprint.takesBaseline) tenantFile.takesBaseline = false;
  const files = new Map(blueprint.files);
  files.set(DEFAULT_NAMES.tenantFile, `${JSON.stringify(tenantFile, null, 2)}\n`);
  const feedUrl = `https://pkgs.dev.azure.com/${blueprint.organization}/_packaging/tenant-sync/npm/registry/`;
  const settings = { repository, schedule, backupOnly, apiUrl: world.options.apiUrl(), feedUrl };
  for (const [path, content] of referencePipeline(settings)) files.set(path, content);
  if (blueprint.baseline !== null) files.set('.gitmodules', moduleFile(world, project, blueprint.baseline));
  return files;
}

function moduleFile(world: WorldWithoutAgents, project: Project, baseline: string): string {
  const url = remoteUrl(world, { id: '', projectId: project.id, name: baseline, protectedBranches: [] });
  return `[submodule "Baseline"]\n\tpath = Baseline\n\turl = ${url}\n`;
}

/** null while the baseline's own repository is not there: a module file without its commit is an ordinary sight. */
async function baselineHead(
  world: WorldWithoutAgents,
  project: Project,
  { baseline }: TenantBlueprint,
): Promise<string | null> {
  const row = world.state.repositories.find(
    ({ projectId, name }) => projectId === project.id && name === baseline,
  );
  return row ? world.git.repository(row.id).head(DESIRED_BRANCH) : null;
}

function layDefinition(world: WorldWithoutAgents, repository: RepositoryRow): Definition {
  const definition: Definition = {
    id: nextNumber(world, 'definition'),
    projectId: repository.projectId,
    name: DEFAULT_NAMES.pipelineOf(repository.name),
    repositoryId: repository.id,
    createdAt: nowOf(world),
  };
  world.state.definitions.push(definition);
  return definition;
}

function layEnvironment(
  world: WorldWithoutAgents,
  project: Project,
  definition: Definition,
  repository: string,
): Environment {
  const environment: Environment = {
    id: nextNumber(world, 'environment'),
    projectId: project.id,
    name: DEFAULT_NAMES.environmentOf(repository),
    description: 'The deployment gate of this tenant',
    createdAt: nowOf(world),
    permittedDefinitionIds: [definition.id],
  };
  world.state.environments.push(environment);
  return environment;
}

function layGate(
  world: WorldWithoutAgents,
  environment: Environment,
  { approvers, minRequired }: TenantBlueprint,
): void {
  const at = nowOf(world);
  world.state.checks.push({
    id: nextNumber(world, 'check'),
    projectId: environment.projectId,
    resource: { type: 'environment', id: String(environment.id), name: environment.name },
    settings: {
      approvers: approvers.map(({ displayName, isGroup }) =>
        isGroup ? groupNamed(displayName) : personNamed(displayName),
      ),
      executionOrder: 'anyOrder',
      minRequiredApprovers: minRequired,
      instructions: 'Review the change set before it is deployed to the tenant.',
      blockedApprovers: [],
      requesterCannotBeApprover: false,
    },
    timeoutMinutes: DEFAULT_TIMEOUT_MINUTES,
    createdAt: at,
    modifiedAt: at,
  });
}

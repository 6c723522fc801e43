import type { Build } from '../build.ts';
import type { Project, RepositoryRow } from '../model.ts';
import { ROUTE_PREFIX, type WorldWithoutAgents } from '../world.ts';

type Addressing = Pick<WorldWithoutAgents, 'options' | 'state'>;

export const organizationUrl = (world: Pick<Addressing, 'options'>, organization: string): string =>
  `${world.options.baseUrl()}${ROUTE_PREFIX}/${encodeURIComponent(organization)}`;

export const projectUrl = (world: Pick<Addressing, 'options'>, project: Project): string =>
  `${organizationUrl(world, project.organization)}/${project.id}`;

export function projectById(world: Addressing, id: string): Project {
  const project = world.state.projects.find((candidate) => candidate.id === id);
  if (project) return project;
  throw new Error(`There is no project ${id} in the sandbox.`);
}

export const buildUrl = (world: Addressing, build: Build): string =>
  `${projectUrl(world, projectById(world, build.projectId))}/_apis/build/Builds/${build.id}`;

/** The page of a run, for people. */
export const buildWebUrl = (world: Addressing, build: Build): string =>
  `${projectUrl(world, projectById(world, build.projectId))}/_build/results?buildId=${build.id}`;

export const repositoryUrl = (world: Addressing, repository: RepositoryRow): string =>
  `${projectUrl(world, projectById(world, repository.projectId))}/_apis/git/repositories/${repository.id}`;

/** Where Git would clone it from; names, not ids. */
export function remoteUrl(world: Addressing, repository: RepositoryRow): string {
  const project = projectById(world, repository.projectId);
  const base = organizationUrl(world, project.organization);
  return `${base}/${encodeURIComponent(project.name)}/_git/${encodeURIComponent(repository.name)}`;
}

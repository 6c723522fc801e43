import { json, list } from '../http/answer.ts';
import { numberOr } from '../http/enum-words.ts';
import { param, projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl } from '../http/links.ts';
import type { Project } from '../model.ts';
import type { WorldWithoutAgents } from '../world.ts';

export const projectRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: 'projects', handle: listProjects },
  {
    method: 'GET',
    pattern: 'projects/{project}',
    handle: (call) =>
      json(projectWire(call.world, projectOf({ ...call, projectInPath: param(call, 'project') }))),
  },
];

function listProjects({ world, organization, request }: Call) {
  const skip = numberOr(request.query('$skip'), 0);
  const top = numberOr(request.query('$top'), 100);
  const own = world.state.projects.filter(
    (project) => project.organization.toLowerCase() === organization.toLowerCase(),
  );
  return list(own.slice(skip, skip + top).map((project) => projectWire(world, project)));
}

export function projectWire(world: Pick<WorldWithoutAgents, 'options'>, project: Project) {
  return {
    id: project.id,
    name: project.name,
    description: 'Microsoft 365 tenants as code',
    url: `${organizationUrl(world, project.organization)}/_apis/projects/${project.id}`,
    state: 'wellFormed',
    revision: 12,
    visibility: 'private',
    lastUpdateTime: project.createdAt,
  };
}

/** Which pipelines may use a protected resource: `environment`, or `endpoint`, as service connections are called there. */
import { z } from 'zod';
import { route } from '../azure-devops/ask.ts';
import { inProject } from '../azure-devops/project-connection.ts';
import type { Fix } from './finding.ts';
import type { Project } from './project-facts.ts';

export type Protected = { type: 'environment' | 'endpoint'; id: string | number; name: string };

const wirePermissions = z.object({
  allPipelines: z.object({ authorized: z.boolean().nullish() }).nullish(),
  pipelines: z.array(z.object({ id: z.number(), authorized: z.boolean().nullish() })).nullish(),
});

const PREVIEW = '7.1-preview.1';
const pathOf = ({ connection }: Project, { type, id }: Protected) =>
  route`${connection.project}/_apis/pipelines/pipelinePermissions/${type}/${id}`;

export async function readPermissions(
  project: Project,
  resource: Protected,
): Promise<{ isOpenToAll: boolean; pipelineIds: number[] }> {
  const what = `read which pipelines may use ${resource.name} ${inProject(project.connection)}`;
  const ask = { what, path: pathOf(project, resource), apiVersion: PREVIEW };
  const { allPipelines, pipelines } = await project.connection.http.read(ask, wirePermissions);
  const permitted = (pipelines ?? []).filter(({ authorized }) => authorized !== false);
  return { isOpenToAll: allPipelines?.authorized === true, pipelineIds: permitted.map(({ id }) => id) };
}

export function permit(project: Project, resource: Protected, pipelineId: number): Fix {
  const kind = resource.type === 'environment' ? 'environment' : 'service connection';
  return {
    what: `permitted the pipeline to use the ${kind} ${resource.name}`,
    apply: () =>
      project.connection.http.read(
        {
          what: `permit pipeline ${pipelineId} to use ${resource.name}`,
          method: 'PATCH',
          path: pathOf(project, resource),
          apiVersion: PREVIEW,
          body: { pipelines: [{ id: pipelineId, authorized: true }] },
        },
        z.unknown(),
      ),
  };
}

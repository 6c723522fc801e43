import { z } from 'zod';
import { route } from '../azure-devops/ask.ts';
import type { WireEnvironment } from '../azure-devops/project-lists.ts';
import { DEFAULT_NAMES } from '../pipeline/contract.ts';
import { type Fix, ok, type Verdict, wrong } from './finding.ts';
import { permit, readPermissions } from './pipeline-permissions.ts';
import { isBackupOnly, type Tenant } from './tenant-facts.ts';

export async function environmentOf({ project, name }: Tenant): Promise<WireEnvironment | null> {
  const wanted = DEFAULT_NAMES.environmentOf(name);
  return (await project.environments()).find((environment) => environment.name === wanted) ?? null;
}

/** The environment is there, and the pipeline may use it: else its runs wait for an administrator. */
export async function checkEnvironment(tenant: Tenant): Promise<Verdict> {
  if (isBackupOnly(tenant)) return ok('Not needed: nothing is ever deployed.');
  const name = DEFAULT_NAMES.environmentOf(tenant.name);
  const environment = await environmentOf(tenant);
  if (!environment) {
    const remedy = 'Create it: it carries the gate before the deployment.';
    return wrong(`There is no environment "${name}".`, remedy, createEnvironment(tenant, name));
  }
  const { pipeline, project } = tenant;
  if (!pipeline) return ok(`The environment "${name}" is there.`);
  const resource = { type: 'environment', id: environment.id, name } as const;
  const { isOpenToAll, pipelineIds } = await readPermissions(project, resource);
  if (isOpenToAll || pipelineIds.includes(pipeline.id)) return ok(`The pipeline may use "${name}".`);
  return wrong(
    `The pipeline may not use the environment "${name}": runs wait for an administrator there.`,
    'Permit the pipeline in the security settings of the environment.',
    permit(project, resource, pipeline.id),
  );
}

function createEnvironment({ project: { connection } }: Tenant, name: string): Fix {
  const path = route`${connection.project}/_apis/distributedtask/environments`;
  const body = { name, description: 'The deployment gate of this tenant' };
  const ask = { what: `create the environment ${name}`, method: 'POST', path, body } as const;
  return {
    what: `created the environment "${name}"`,
    apply: () => connection.http.read(ask, z.unknown()),
  };
}

import { DEFAULT_NAMES } from '../pipeline/contract.ts';
import { ok, together, type Verdict, wrong } from './finding.ts';
import { permit, readPermissions } from './pipeline-permissions.ts';
import type { Tenant } from './tenant-facts.ts';

/** The connection by which jobs prove whose they are is there, and is used by this pipeline and no other. */
export async function checkServiceConnection({ project, name: tenant, pipeline }: Tenant): Promise<Verdict> {
  const name = DEFAULT_NAMES.serviceConnectionOf(tenant);
  const connection = (await project.serviceConnections()).find((one) => one.name === name);
  if (!connection) {
    return wrong(
      `There is no service connection "${name}": jobs cannot prove whose they are.`,
      'Create it (Azure Resource Manager, workload identity federation) for this pipeline only.',
    );
  }
  const { isOpenToAll, pipelineIds } = await readPermissions(project, { ...connection, type: 'endpoint' });
  // What is left of pipelines that were deleted permits nobody.
  const present = (await project.definitions()).filter(({ id }) => pipelineIds.includes(id));
  const others = present.filter(({ id }) => id !== pipeline?.id).map((other) => `"${other.name}"`);
  const mayUse = pipeline === null || isOpenToAll || pipelineIds.includes(pipeline.id);
  return together(
    [
      connection.isReady === false
        ? wrong(`"${name}" is not ready.`, 'Open it in the project settings and verify it.')
        : ok(''),
      mayUse
        ? ok('')
        : wrong(
            `The pipeline may not use "${name}".`,
            'Permit it in the security settings of the connection.',
            permit(project, { ...connection, type: 'endpoint' }, pipeline.id),
          ),
      isOpenToAll
        ? wrong(
            `Every pipeline of the project may use "${name}", and so act as this tenant.`,
            'Restrict it to the pipeline.',
          )
        : ok(''),
      others.length > 0
        ? wrong(
            `Other pipelines (${others.join(', ')}) may use "${name}", and so act as this tenant.`,
            'Take the permission from them.',
          )
        : ok(''),
    ],
    `Only the pipeline may use "${name}".`,
  );
}

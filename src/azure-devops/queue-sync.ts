import { DESIRED_BRANCH, MODE_PARAMETERS, type SyncParameters } from '../pipeline/contract.ts';
import { route } from './ask.ts';
import type { BuildObservation, QueueSync } from './port.ts';
import { inProject, type ProjectConnection } from './project-connection.ts';
import { readQueuedRun } from './read-build.ts';
import { wireRun } from './wire.ts';

/**
 * Starts the pipeline. Azure knows no idempotency key: the request id travels as a parameter, by which a run whose
 * answer was lost is found again. Variables are not used, an organisation may forbid to set them.
 */
export async function queueSync(connection: ProjectConnection, sync: QueueSync): Promise<BuildObservation> {
  const { http, project } = connection;
  const parameters: SyncParameters = {
    syncRequestId: sync.syncRequestId,
    comment: sync.comment,
    mode: MODE_PARAMETERS[sync.mode],
  };
  const run = await http.read(
    {
      what: `start pipeline ${sync.pipelineId} ${inProject(connection)}`,
      method: 'POST',
      path: route`${project}/_apis/pipelines/${sync.pipelineId}/runs`,
      body: {
        resources: { repositories: { self: { refName: `refs/heads/${DESIRED_BRANCH}` } } },
        templateParameters: parameters,
      },
      beforeSending: sync.beforeSending,
    },
    wireRun,
  );
  return readQueuedRun(run, sync, connection);
}

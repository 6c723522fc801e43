import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { route } from './ask.ts';
import { unreadableError } from './azure-devops-error.ts';
import type { ArtifactObservation, RunFile } from './port.ts';
import { inProject, type ProjectConnection } from './project-connection.ts';

const wireArtifact = z.object({
  name: z.string(),
  resource: z.object({ type: z.string().nullish(), downloadUrl: z.string().nullish() }).nullish(),
});

export async function listArtifacts(
  connection: ProjectConnection,
  buildId: number,
): Promise<ArtifactObservation[]> {
  const what = `list the artifacts of run ${buildId} ${inProject(connection)}`;
  const path = route`${connection.project}/_apis/build/builds/${buildId}/artifacts`;
  const found = await connection.http.find({ what, path }, z.object({ value: z.array(wireArtifact) }));
  return (found?.value ?? []).map(({ name, resource }) => ({ name, kind: resource?.type ?? 'UNKNOWN' }));
}

export async function downloadLogs(connection: ProjectConnection, buildId: number): Promise<RunFile> {
  const message = await connection.http.open({
    what: `download the logs of run ${buildId} ${inProject(connection)}`,
    path: route`${connection.project}/_apis/build/builds/${buildId}/logs`,
    accept: 'application/zip',
  });
  return fileOf(message, `logs-${buildId}.zip`);
}

/**
 * As a zip. Azure may send on to its storage: the token does not follow to another host, and the addresses there
 * carry their own signature.
 */
export async function downloadArtifact(
  connection: ProjectConnection,
  buildId: number,
  artifact: string,
): Promise<RunFile> {
  const what = `download the artifact ${artifact} of run ${buildId} ${inProject(connection)}`;
  const message = await connection.http.open({
    what,
    path: route`${connection.project}/_apis/build/builds/${buildId}/artifacts`,
    query: { artifactName: artifact, $format: 'zip' },
    accept: 'application/zip',
  });
  if ((message.headers['content-type'] ?? '').includes('json')) {
    message.destroy();
    throw unreadableError(what, 'it describes the artifact instead of holding it');
  }
  return fileOf(message, `${artifact}.zip`);
}

function fileOf(message: IncomingMessage, name: string): RunFile {
  const length = Number(message.headers['content-length'] ?? NaN);
  return {
    name,
    contentType: 'application/zip',
    body: message,
    sizeBytes: Number.isSafeInteger(length) ? length : null,
  };
}

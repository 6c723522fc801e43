import { z } from 'zod';
import { route } from '../azure-devops/ask.ts';
import { listDefinitions, listEnvironments, listRepositories } from '../azure-devops/project-lists.ts';
import { inProject, type ProjectConnection } from '../azure-devops/project-connection.ts';
import type { Me } from './organization.ts';
import type { Practice } from './practice.ts';
import { type Approver, usualApprovers } from './usual-approvers.ts';

const wireConnection = z.object({ id: z.string(), name: z.string(), isReady: z.boolean().nullish() });
export type ServiceConnection = z.infer<typeof wireConnection>;

/** A project, and what several checks ask of it: each list is read once, by the first that needs it. */
export type Project = {
  practice: Practice;
  me: Me;
  id: string;
  connection: ProjectConnection;
  repositories: () => ReturnType<typeof listRepositories>;
  definitions: () => ReturnType<typeof listDefinitions>;
  environments: () => ReturnType<typeof listEnvironments>;
  serviceConnections: () => Promise<ServiceConnection[]>;
  usualApprovers: () => Promise<Approver[]>;
};

export function projectOf(
  practice: Practice,
  { me, id, connection }: Pick<Project, 'me' | 'id' | 'connection'>,
): Project {
  const environments = once(() => listEnvironments(connection));
  return {
    practice,
    me,
    id,
    connection,
    environments,
    usualApprovers: once(() => usualApprovers({ practice, connection, environments })),
    repositories: once(() => listRepositories(connection)),
    definitions: once(() => listDefinitions(connection)),
    serviceConnections: once(() => listServiceConnections(connection)),
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= read());
}

async function listServiceConnections(connection: ProjectConnection): Promise<ServiceConnection[]> {
  const what = `list the service connections ${inProject(connection)}`;
  const path = route`${connection.project}/_apis/serviceendpoint/endpoints`;
  const query = { includeFailed: true };
  return (await connection.http.list({ what, path, query }, wireConnection)).items;
}

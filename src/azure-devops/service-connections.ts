import { z } from 'zod';
import { route } from './ask.ts';
import type { ConfiguredProject } from './azure-devops.ts';
import { readConnectionData } from './connection-data.ts';
import type { Doors } from './doors.ts';
import type { FindServiceConnection, PipelineJob } from './pipeline-token.ts';

const wireConnection = z.object({ id: z.string(), name: z.string() });

/** Jobs that wait for a sign-in ask every few seconds. */
const KEPT_MS = 5 * 60_000;

/**
 * Finds service connections by id in the configured projects, for tokens of Entra's issuer, which hold nothing else.
 * Needs permission to read the projects' service connections.
 */
export function createServiceConnectionLookup(options: {
  projects: ConfiguredProject[];
  doors: Doors;
}): FindServiceConnection {
  const projects = options.projects.map(({ organizationUrl, ...names }) => ({
    ...names,
    http: options.doors.to(organizationUrl),
  }));
  const kept = new Map<string, { job: PipelineJob; until: number }>();
  return async ({ organizationId, connectionId }) => {
    const key = `${organizationId}/${connectionId}`;
    const known = kept.get(key);
    if (known && known.until > Date.now()) return known.job;
    for (const { http, organization, project } of projects) {
      if ((await readConnectionData(http)).organizationId !== organizationId) continue;
      const what = `read the service connection ${connectionId} in ${organization}/${project}`;
      const path = route`${project}/_apis/serviceendpoint/endpoints/${connectionId}`;
      const found = await http.find({ what, path }, wireConnection.nullable());
      if (!found) continue;
      const job = { organization, project, serviceConnection: found.name };
      kept.set(key, { job, until: Date.now() + KEPT_MS });
      return job;
    }
    return null;
  };
}

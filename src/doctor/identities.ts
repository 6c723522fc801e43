/** People, groups and applications of an organisation. */
import { z } from 'zod';
import type { Project } from './project-facts.ts';

const wireIdentity = z.object({
  id: z.string(),
  providerDisplayName: z.string().nullish(),
  customDisplayName: z.string().nullish(),
  isActive: z.boolean().nullish(),
  isContainer: z.boolean().nullish(),
  memberIds: z.array(z.string()).nullish(),
});
export type Identity = z.infer<typeof wireIdentity>;

/** Identities have a host of their own in the cloud; a server answers for them itself. */
export function identitiesUrlOf(organizationUrl: string): string {
  const url = new URL(organizationUrl);
  if (url.hostname === 'dev.azure.com') url.hostname = 'vssps.dev.azure.com';
  else url.hostname = url.hostname.replace(/^([^.]+)\.visualstudio\.com$/, '$1.vssps.visualstudio.com');
  return url.href.replace(/\/$/, '');
}

type Place = Pick<Project, 'practice' | 'connection'>;

async function list({ practice, connection }: Place, what: string, query: Record<string, string>) {
  const http = practice.doors.to(identitiesUrlOf(connection.organizationUrl));
  const { items } = await http.list({ what, path: '_apis/identities', query }, wireIdentity.nullable());
  return items.filter((identity) => identity !== null);
}

/** Those of these ids that are there; of groups with whom they hold, as far as Azure DevOps knows it. */
export function readIdentities(project: Place, ids: readonly string[]): Promise<Identity[]> {
  if (ids.length === 0) return Promise.resolve([]);
  const query = { identityIds: ids.join(','), queryMembership: 'expandedDown' };
  return list(project, `read ${ids.length} identities of ${project.connection.organization}`, query);
}

/** Throws when none, or several, have the name. */
export async function identityNamed(project: Place, name: string): Promise<Identity> {
  const { organization } = project.connection;
  const query = { searchFilter: 'General', filterValue: name, queryMembership: 'none' };
  const [found, ...others] = await list(project, `find "${name}" in ${organization}`, query);
  if (!found) throw new Error(`Nobody in ${organization} is called "${name}".`);
  if (others.length > 0)
    throw new Error(`Several in ${organization} are called "${name}": give the mail address.`);
  return found;
}

import { z } from 'zod';
import { route } from './ask.ts';
import type { ProjectConnection } from './project-connection.ts';

const wireRef = z.object({ name: z.string(), objectId: z.string() });
const wireItem = z.object({ path: z.string(), objectId: z.string(), gitObjectType: z.string().nullish() });

/** A repository of the connection's project, by its id. */
export type RepositoryConnection = ProjectConnection & { repositoryId: string };

export const repositoryPath = ({ project, repositoryId }: RepositoryConnection) =>
  route`${project}/_apis/git/repositories/${repositoryId}`;

export const inRepository = ({ organization, project, repositoryId }: RepositoryConnection) =>
  `in repository ${repositoryId} of ${organization}/${project}`;

export async function readHead(repository: RepositoryConnection, branch: string): Promise<string | null> {
  const what = `read the head of ${branch} ${inRepository(repository)}`;
  const path = `${repositoryPath(repository)}/refs`;
  const { items } = await repository.http.list({ what, path, query: { filter: `heads/${branch}` } }, wireRef);
  // The filter is a prefix: `heads/main` also finds `heads/maintenance`.
  return items.find((ref) => ref.name === `refs/heads/${branch}`)?.objectId ?? null;
}

/** Path (without a leading slash) → blob id. */
export async function listFiles(
  repository: RepositoryConnection,
  commit: string,
): Promise<Map<string, string>> {
  return listItems(repository, { versionType: 'commit', version: commit, recursionLevel: 'full' });
}

export async function listItems(
  repository: RepositoryConnection,
  at: { versionType: 'commit' | 'branch'; version: string; recursionLevel: 'full' | 'oneLevel' },
): Promise<Map<string, string>> {
  const { items } = await repository.http.list(
    {
      what: `list the files at ${at.version} ${inRepository(repository)}`,
      path: `${repositoryPath(repository)}/items`,
      query: {
        scopePath: '/',
        recursionLevel: at.recursionLevel,
        'versionDescriptor.version': at.version,
        'versionDescriptor.versionType': at.versionType,
      },
    },
    wireItem,
  );
  // Folders are trees, submodules are commits.
  const files = items.filter((item) => item.gitObjectType === 'blob');
  return new Map(files.map((item) => [withoutSlash(item.path), item.objectId]));
}

/** Byte for byte. */
export function readBlob(repository: RepositoryConnection, blobId: string): Promise<Buffer> {
  return repository.http.bytes({
    what: `read the blob ${blobId} ${inRepository(repository)}`,
    path: `${repositoryPath(repository)}/${route`blobs/${blobId}`}`,
    query: { $format: 'octetStream' },
    accept: 'application/octet-stream',
  });
}

export const withoutSlash = (path: string) => path.replace(/^\/+/, '');

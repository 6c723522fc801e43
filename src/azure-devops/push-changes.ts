import { z } from 'zod';
import { AzureDevOpsError } from './azure-devops-error.ts';
import type { FileChange, PushResult } from './port.ts';
import {
  inRepository,
  listFiles,
  readHead,
  repositoryPath,
  withoutSlash,
  type RepositoryConnection,
} from './repositories.ts';

const wirePush = z.object({ commits: z.array(z.object({ commitId: z.string() })) });

const NO_COMMIT = '0'.repeat(40);

export type Push = { branch: string; expectedHead: string; message: string; changes: FileChange[] };

/**
 * One commit on `expectedHead`, only if the branch still stands there. A branch that does not exist is begun at
 * `expectedHead`. Removing what is not there changes nothing; without any change there is no commit.
 */
export async function pushChanges(repository: RepositoryConnection, push: Push): Promise<PushResult> {
  // Azure wants to be told which files are new, and refuses a wrong answer.
  const present = await listFiles(repository, push.expectedHead);
  const changes = push.changes.flatMap((change) => wireChange(change, present) ?? []);
  if (changes.length === 0) return { kind: 'pushed', commit: push.expectedHead };
  const answer = await post(repository, push, changes);
  if (answer.kind !== 'moved' || (await readHead(repository, push.branch)) !== null) return answer;
  await beginBranch(repository, push);
  return post(repository, push, changes);
}

async function post(repository: RepositoryConnection, push: Push, changes: object[]): Promise<PushResult> {
  try {
    const { commits } = await repository.http.read(
      {
        what: `push to ${push.branch} ${inRepository(repository)}`,
        method: 'POST',
        path: `${repositoryPath(repository)}/pushes`,
        body: {
          refUpdates: [{ name: `refs/heads/${push.branch}`, oldObjectId: push.expectedHead }],
          commits: [{ comment: push.message, changes }],
        },
      },
      wirePush,
    );
    return { kind: 'pushed', commit: commits.at(-1)?.commitId ?? push.expectedHead };
  } catch (error) {
    return refusal(error);
  }
}

/** TF401028: the branch has another head. TF402455: a policy of the branch wants a pull request. */
function refusal(error: unknown): PushResult {
  if (error instanceof AzureDevOpsError) {
    if (error.message.includes('TF402455')) return { kind: 'protected' };
    if (error.statusCode === 409 || error.message.includes('TF401028')) return { kind: 'moved' };
  }
  throw error;
}

async function beginBranch(repository: RepositoryConnection, { branch, expectedHead }: Push): Promise<void> {
  await repository.http.read(
    {
      what: `begin the branch ${branch} ${inRepository(repository)}`,
      method: 'POST',
      path: `${repositoryPath(repository)}/refs`,
      body: [{ name: `refs/heads/${branch}`, oldObjectId: NO_COMMIT, newObjectId: expectedHead }],
    },
    z.unknown(),
  );
}

function wireChange({ path, content }: FileChange, present: Map<string, string>): object | null {
  const isThere = present.has(withoutSlash(path));
  const item = { path: `/${withoutSlash(path)}` };
  if (content === null) return isThere ? { changeType: 'delete', item } : null;
  // base64 keeps byte order marks and line ends as they are.
  const newContent = { content: content.toString('base64'), contentType: 'base64encoded' };
  return { changeType: isThere ? 'edit' : 'add', item, newContent };
}

import { z } from 'zod';
import { messageOf } from '../lib/errors.ts';
import { route } from './ask.ts';
import type { PullRequest } from './port.ts';
import { inRepository, repositoryPath, type RepositoryConnection } from './repositories.ts';
import { wireIdentity } from './wire.ts';

const wirePullRequest = z.object({
  pullRequestId: z.number(),
  status: z.string().nullish(),
  createdBy: wireIdentity.nullish(),
});

export type PullRequestWish = { from: string; into: string; title: string; description: string };

/** Opens it and asks Azure to complete it as soon as the branch's policies are met. One that is open already is taken. */
export async function openPullRequest(
  repository: RepositoryConnection,
  wish: PullRequestWish,
): Promise<PullRequest> {
  const opened = (await findOpen(repository, wish)) ?? (await create(repository, wish));
  if (opened.createdBy) await completeByItself(repository, opened.pullRequestId, opened.createdBy.id);
  return readPullRequest(repository, opened);
}

async function findOpen(repository: RepositoryConnection, { from, into }: PullRequestWish) {
  const { items } = await repository.http.list(
    {
      what: `list the pull requests from ${from} into ${into} ${inRepository(repository)}`,
      path: `${repositoryPath(repository)}/pullrequests`,
      query: {
        'searchCriteria.status': 'active',
        'searchCriteria.sourceRefName': `refs/heads/${from}`,
        'searchCriteria.targetRefName': `refs/heads/${into}`,
      },
    },
    wirePullRequest,
  );
  return items[0];
}

const create = (repository: RepositoryConnection, { from, into, title, description }: PullRequestWish) =>
  repository.http.read(
    {
      what: `open a pull request from ${from} into ${into} ${inRepository(repository)}`,
      method: 'POST',
      path: `${repositoryPath(repository)}/pullrequests`,
      body: {
        sourceRefName: `refs/heads/${from}`,
        targetRefName: `refs/heads/${into}`,
        title,
        description,
      },
    },
    wirePullRequest,
  );

export async function findPullRequest(
  repository: RepositoryConnection,
  id: number,
): Promise<PullRequest | null> {
  const what = `read pull request ${id} ${inRepository(repository)}`;
  const found = await repository.http.find({ what, path: pathOf(repository, id) }, wirePullRequest);
  return found && readPullRequest(repository, found);
}

/** Only a convenience: without it somebody completes the pull request by hand. */
async function completeByItself(
  repository: RepositoryConnection,
  id: number,
  identityId: string,
): Promise<void> {
  const what = `let pull request ${id} complete by itself ${inRepository(repository)}`;
  const body = { autoCompleteSetBy: { id: identityId }, completionOptions: { deleteSourceBranch: true } };
  try {
    await repository.http.read(
      { what, method: 'PATCH', path: pathOf(repository, id), body },
      wirePullRequest,
    );
  } catch (error) {
    repository.logger.warn('A pull request has to be completed by hand.', {
      pullRequest: id,
      reason: messageOf(error),
    });
  }
}

const pathOf = (repository: RepositoryConnection, id: number) =>
  `${repositoryPath(repository)}/${route`pullrequests/${id}`}`;

function readPullRequest(
  { organizationUrl, project, repositoryId }: RepositoryConnection,
  wire: z.infer<typeof wirePullRequest>,
): PullRequest {
  const path = route`${project}/_git/${repositoryId}/pullrequest/${wire.pullRequestId}`;
  return { id: wire.pullRequestId, url: `${organizationUrl}/${path}`, state: stateOf(wire.status) };
}

/** A word that is not known yet is not taken for an end. */
function stateOf(word: string | null | undefined): PullRequest['state'] {
  if (word === 'completed') return 'COMPLETED';
  return word === 'abandoned' ? 'ABANDONED' : 'OPEN';
}

import type { Identity } from '../identity.ts';
import type { PullRequest } from '../model.ts';
import { recordPush, signatureOf } from '../pushed.ts';
import { nowOf, worldChanged, type WorldWithoutAgents } from '../world.ts';
import { mergeTrees } from '../git/commit-files.ts';
import { StaleReference, type GitRepository } from '../git/git-store.ts';

const branchName = (refName: string) => refName.replace(/^refs\/heads\//, '');

/** Brings the request into its target by a merge commit, past any policy. Returns why not, when it cannot. */
export async function mergePullRequest(
  world: WorldWithoutAgents,
  row: PullRequest,
  { by, source }: { by: Identity; source: string },
): Promise<string | null> {
  const repository = world.git.repository(row.repositoryId);
  const repositoryRow = world.state.repositories.find(({ id }) => id === row.repositoryId);
  const branch = branchName(row.targetRefName);
  const target = await repository.head(branch);
  if ((await repository.head(branchName(row.sourceRefName))) !== source)
    return 'the source branch has moved since.';
  if (!target || !repositoryRow) return `the branch ${branch} does not exist.`;
  const merge = await mergeTrees(repository, source, target);
  if (merge.kind === 'conflicts') return `these files conflict: ${merge.paths.join(', ')}.`;
  const author = signatureOf(by, world);
  const message = `Merged PR ${row.id}: ${row.title}`;
  const to = await repository.writeCommit({
    tree: merge.tree,
    parents: [target, source],
    message,
    author,
    committer: author,
  });
  await repository.exclusively(() => repository.moveBranch(branch, target, to));
  if (row.deleteSourceBranch) await removeBranch(repository, branchName(row.sourceRefName), source);
  recordPush(world, repositoryRow, { branch, from: target, to, by });
  Object.assign(row, {
    status: 'completed',
    closedAt: nowOf(world),
    mergeCommitId: to,
    lastMergeSourceCommitId: source,
    lastMergeTargetCommitId: target,
  });
  worldChanged(world);
  return null;
}

async function removeBranch(repository: GitRepository, branch: string, head: string): Promise<void> {
  try {
    await repository.exclusively(() => repository.moveBranch(branch, head, null));
  } catch (error) {
    // Somebody pushed to it meanwhile: then it is not done with.
    if (!(error instanceof StaleReference)) throw error;
  }
}

/** A request that was set to complete by itself does so at once where no policy wants a person's review. */
export async function completeByItself(world: WorldWithoutAgents, row: PullRequest): Promise<void> {
  const repository = world.state.repositories.find(({ id }) => id === row.repositoryId);
  const isProtected = repository?.protectedBranches.includes(branchName(row.targetRefName)) ?? true;
  const source = await world.git.repository(row.repositoryId).head(branchName(row.sourceRefName));
  if (row.status !== 'active' || !row.autoCompleteSetBy || isProtected || !source) return;
  // A conflict leaves it open, for people to see to.
  await mergePullRequest(world, row, { by: row.autoCompleteSetBy, source });
}

/** Completes an open request as a reviewer in the portal would, past the branch's policy. */
export async function completeAsReviewer(
  world: WorldWithoutAgents,
  row: PullRequest,
  by: Identity,
): Promise<void> {
  const source = await world.git.repository(row.repositoryId).head(branchName(row.sourceRefName));
  const problem = source ? await mergePullRequest(world, row, { by, source }) : 'its source branch is gone.';
  if (problem) throw new Error(`Pull request ${row.id} cannot be completed: ${problem}`);
}

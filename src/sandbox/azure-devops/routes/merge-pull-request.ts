import type { Identity } from '../identity.ts';
import type { PullRequest } from '../model.ts';
import { recordPush, signatureOf } from '../pushed.ts';
import { nowOf, worldChanged, type WorldWithoutAgents } from '../world.ts';
import { mergeTrees } from '../git/commit-files.ts';

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

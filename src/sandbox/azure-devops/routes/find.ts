/** Things that an address names, or Azure DevOps' own way of saying that there are none. */
import { badRequest, notFound } from '../azure-error.ts';
import type { Build } from '../build.ts';
import type { GitRepository } from '../git/git-store.ts';
import { param, projectOf, type Call } from '../http/router.ts';
import type { RepositoryRow } from '../model.ts';

export function buildIn(call: Call, name = 'build'): Build {
  const id = param(call, name);
  const build = call.world.builds.get(Number(id));
  if (build && build.projectId === projectOf(call).id) return build;
  throw notFound(`The requested build ${id} could not be found.`, 'BuildNotFoundException');
}

/** Deleted ones answer for themselves only, for nothing below them. */
export function liveBuildIn(call: Call, name = 'build'): Build {
  const build = buildIn(call, name);
  if (!build.isDeleted) return build;
  throw notFound(`The requested build ${build.id} could not be found.`, 'BuildNotFoundException');
}

export type FoundRepository = { row: RepositoryRow; git: GitRepository };

/** By name or id; addresses without a project must name the id. */
export function repositoryIn(call: Call): FoundRepository {
  const wanted = param(call, 'repository').toLowerCase();
  const projectId = call.projectInPath === null ? null : projectOf(call).id;
  const row = call.world.state.repositories.find(({ id, name, projectId: owner }) =>
    id === wanted
      ? projectId === null || owner === projectId
      : owner === projectId && name.toLowerCase() === wanted,
  );
  if (row) return { row, git: call.world.git.repository(row.id) };
  throw notFound(
    `TF401019: The Git repository with name or identifier ${param(call, 'repository')} does not exist or you do not have permissions for the operation you are attempting.`,
    'GitRepositoryNotFoundException',
  );
}

export const VERSION_TYPES = { branch: 0, tag: 1, commit: 2 } as const;

/** The commit that a version descriptor means: a branch or a commit; the default branch when it says nothing. */
export async function commitOf(
  { git, row }: FoundRepository,
  version: { version: string | null; versionType: string | null },
): Promise<string> {
  const name = version.version || 'main';
  const type = version.versionType ?? 'branch';
  const isCommit = type === 'commit';
  if (isCommit && !/^[0-9a-f]{40}$/i.test(name))
    throw badRequest(`The commit id ${name} is not 40 hexadecimal digits.`);
  const id = isCommit ? ((await git.readCommit(name.toLowerCase()))?.id ?? null) : await git.head(name);
  if (id) return id;
  throw notFound(
    `TF401175: The version descriptor <${type}: ${name}> could not be resolved to a version in the repository ${row.name}.`,
    'GitUnresolvableToCommitException',
  );
}

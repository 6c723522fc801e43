import { z } from 'zod';
import { badRequest } from '../azure-error.ts';
import { NO_OBJECT, StaleReference } from '../git/git-store.ts';
import { json, list } from '../http/answer.ts';
import { numberOr } from '../http/enum-words.ts';
import { projectOf, type AzureRoute, type Call } from '../http/router.ts';
import { organizationUrl, projectById, remoteUrl, repositoryUrl } from '../http/links.ts';
import { AZURE_DEVOPS, identityRef } from '../identity.ts';
import type { RepositoryRow } from '../model.ts';
import { repositoryIn, type FoundRepository } from './find.ts';
import { projectWire } from './projects.ts';

const REPOSITORY = 'git/repositories/{repository}';

export const repositoryRoutes: readonly AzureRoute[] = [
  { method: 'GET', pattern: 'git/repositories', handle: listRepositories },
  {
    method: 'GET',
    pattern: REPOSITORY,
    handle: (call) => json(repositoryWire(call, repositoryIn(call).row)),
  },
  { method: 'GET', pattern: `${REPOSITORY}/refs`, handle: listRefs },
  { method: 'GET', pattern: `${REPOSITORY}/refs/{*filter}`, handle: listRefs },
  { method: 'POST', pattern: `${REPOSITORY}/refs`, handle: updateRefs },
];

function listRepositories(call: Call) {
  const { state } = call.world;
  const wanted = call.projectInPath === null ? null : projectOf(call).id;
  const found = state.repositories.filter(({ projectId }) =>
    wanted === null
      ? projectById(call.world, projectId).organization.toLowerCase() === call.organization.toLowerCase()
      : projectId === wanted,
  );
  return list(found.map((row) => repositoryWire(call, row)));
}

export function repositoryWire({ world }: Call, row: RepositoryRow) {
  const remote = remoteUrl(world, row);
  return {
    id: row.id,
    name: row.name,
    url: repositoryUrl(world, row),
    project: projectWire(world, projectById(world, row.projectId)),
    defaultBranch: 'refs/heads/main',
    size: 4096,
    remoteUrl: remote,
    sshUrl: remote,
    webUrl: remote,
    isDisabled: false,
    isInMaintenance: false,
  };
}

async function listRefs(call: Call) {
  const { request } = call;
  const found = repositoryIn(call);
  const filter = request.query('filter') ?? (call.params['filter'] || '');
  const contains = request.query('filterContains')?.toLowerCase();
  const names = (await found.git.branches())
    .map((branch) => `refs/heads/${branch}`)
    .filter(
      (name) => name.startsWith(`refs/${filter}`) && (!contains || name.toLowerCase().includes(contains)),
    )
    .sort();
  const after = request.query('continuationToken');
  const rest = after ? names.filter((name) => name > after) : names;
  const shown = rest.slice(0, numberOr(request.query('$top'), 1000));
  const last = rest.length > shown.length ? shown.at(-1) : undefined;
  const refs = await Promise.all(shown.map((name) => refWire(call, found, name)));
  return list(refs, last ? { 'x-ms-continuationtoken': last } : {});
}

async function refWire(call: Call, { row, git }: FoundRepository, name: string) {
  return {
    name,
    objectId: await git.head(name.replace(/^refs\/heads\//, '')),
    creator: identityRef(AZURE_DEVOPS, organizationUrl(call.world, call.organization)),
    url: `${repositoryUrl(call.world, row)}/refs?filter=${encodeURIComponent(name.replace(/^refs\//, ''))}`,
  };
}

const updates = z.array(
  z.looseObject({ name: z.string(), oldObjectId: z.string(), newObjectId: z.string() }),
);

async function updateRefs(call: Call) {
  const found = repositoryIn(call);
  const results = [];
  for (const update of await call.request.body(updates)) {
    const updateStatus = await updateRef(found, update);
    results.push({
      repositoryId: found.row.id,
      ...update,
      isLocked: false,
      updateStatus,
      success: updateStatus === 'succeeded',
    });
  }
  return list(results);
}

type RefUpdate = { name: string; oldObjectId: string; newObjectId: string };

async function updateRef({ git, row }: FoundRepository, update: RefUpdate): Promise<string> {
  const branch = branchOfRef(update.name);
  const orNull = (id: string) => (id === NO_OBJECT ? null : id.toLowerCase());
  const to = orNull(update.newObjectId);
  if (row.protectedBranches.includes(branch)) return 'rejectedByPolicy';
  if (to !== null && !(await git.readCommit(to))) return 'unresolvableToCommit';
  try {
    await git.exclusively(() => git.moveBranch(branch, orNull(update.oldObjectId), to));
    return 'succeeded';
  } catch (error) {
    if (error instanceof StaleReference) return 'staleOldObjectId';
    throw error;
  }
}

/** What Git itself allows in the name of a branch, so that no name leaves the folder of branches. */
export function branchOfRef(name: string): string {
  const branch = /^refs\/heads\/([\w.+@#=-]+(?:\/[\w.+@#=-]+)*)$/.exec(name)?.[1];
  const isBad = !branch || branch.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'));
  if (isBad || branch.includes('..')) {
    throw badRequest(`TF401023: The reference name '${name}' is not valid.`, 'InvalidGitRefNameException');
  }
  return branch;
}
